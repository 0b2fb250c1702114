import type { Fault } from '../errors.ts'
import { limits } from '../limits.ts'
import { checkField } from './check-field.ts'
import type { InputSchema } from './schema.ts'

export interface CheckedInput {
  /** The input with defaults filled in. A seed stays "random" here: it is drawn once, at submit. */
  readonly values: Readonly<Record<string, unknown>>
  readonly faults: readonly Fault[]
}

/**
 * Checks an input against its schema and fills in defaults. All faults at once, each with its pointer.
 * Browser, CLI and backend call this one function, so they can't disagree.
 */
export function checkInput(schema: InputSchema, input: unknown): CheckedInput {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    return {
      values: {},
      faults: [
        { pointer: '', code: 'type', message: 'The input must be an object.', allowed: 'object' },
      ],
    }
  }
  const given = new Map<string, unknown>(Object.entries(input))
  const values: Record<string, unknown> = {}
  const faults: Fault[] = []

  for (const [key, field] of Object.entries(schema.properties)) {
    const value = given.get(key) ?? field.default
    given.delete(key)
    if (value === undefined || value === null || value === '') {
      if (value === '' && !schema.required.includes(key)) values[key] = ''
      if (schema.required.includes(key)) faults.push(missing(key, field.title ?? key))
      continue
    }
    const found = checkField(field, value)
    if (found) faults.push({ pointer: `/${key}`, ...found })
    else values[key] = value
  }
  for (const key of [...given.keys()].slice(0, limits.listLimitMax)) {
    faults.push({
      pointer: `/${key}`,
      code: 'unknown',
      message: `There is no input "${key}".`,
      allowed: Object.keys(schema.properties),
    })
  }
  return { values, faults }
}

const missing = (key: string, title: string): Fault => ({
  pointer: `/${key}`,
  code: 'required',
  message: `${title} is missing.`,
})
