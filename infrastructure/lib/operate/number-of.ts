import { OperateFault } from './fault.ts'

/** A number of a flag, between bounds. Throws `usage`. */
export function numberOf(
  flag: string,
  text: string,
  { min, max }: { readonly min: number; readonly max: number },
): number {
  const value = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value >= min && value <= max) return value
  throw new OperateFault(
    'usage',
    `--${flag} is "${text}", and must be a number from ${min} to ${max}.`,
    `Give --${flag} such a number.`,
  )
}
