/** Values of an earlier run, laid into today's form of the effect. */
import { checkField } from '@bp/contracts/inputs/check-field'
import type { InputSchema } from '@bp/contracts/inputs/schema'

export interface CarriedValues {
  readonly values: Readonly<Record<string, unknown>>
  /** Titles of what could not be taken over, because the field is gone or takes something else now. */
  readonly dropped: readonly string[]
}

/** Takes over every value that still fits its field; names the others. */
export function carryValues(
  schema: InputSchema,
  input: Readonly<Record<string, unknown>>,
): CarriedValues {
  const values: Record<string, unknown> = {}
  const dropped: string[] = []
  for (const [name, value] of Object.entries(input)) {
    const field = schema.properties[name]
    if (value === null || value === undefined) continue
    if (field && checkField(field, value) === undefined) values[name] = value
    else dropped.push(field?.title ?? name)
  }
  return { values, dropped }
}
