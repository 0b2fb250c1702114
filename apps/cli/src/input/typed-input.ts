import { wrongUsage } from '../refusal.ts'
import type { Input } from '../verb.ts'

/** Gives the parsed command line to a verb, each option in the type that the verb asks for. */
export function typedInput(
  args: readonly string[],
  options: Readonly<Record<string, unknown>>,
): Input {
  const text = (name: string): string | undefined => {
    const value = options[name]
    return typeof value === 'string' ? value : undefined
  }
  return {
    args,
    text,
    texts: name => {
      const value = options[name]
      return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
    },
    flag: (name, otherwise = false) => {
      const value = options[name]
      return typeof value === 'boolean' ? value : otherwise
    },
    number: name => {
      const given = text(name)
      if (given === undefined) return undefined
      const value = given.trim() === '' ? Number.NaN : Number(given)
      if (Number.isFinite(value) && value >= 0) return value
      throw wrongUsage(`--${name} must be a number from 0; "${given}" is none.`)
    },
  }
}
