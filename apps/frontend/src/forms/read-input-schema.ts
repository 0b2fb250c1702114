import type { InputSchema } from '@bp/contracts/inputs/schema'
import type { Effect } from '@bp/contracts/shapes/effects'

/** What an effect asks for: its schema without the values it fixes itself. */
export function readInputSchema(effect: Pick<Effect, 'input_schema' | 'fixed'>): InputSchema {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- compiled by the backend; kinds this page does not know are caught field by field
  const schema = effect.input_schema as InputSchema
  return {
    ...schema,
    properties: Object.fromEntries(
      Object.entries(schema.properties).filter(([name]) => !Object.hasOwn(effect.fixed, name)),
    ),
    required: schema.required.filter(name => !Object.hasOwn(effect.fixed, name)),
  }
}
