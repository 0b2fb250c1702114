import { inputKinds, type FieldSchema, type InputSchema } from '@bp/contracts/inputs/schema'
import type { Effect } from '@bp/contracts/shapes/effects'

/** The wire leaves fields open for later kinds; those that this command knows are taken, the rest is left out. */
export function inputSchemaOf(effect: Pick<Effect, 'input_schema'>): InputSchema {
  const { properties, ...rest } = effect.input_schema
  const known = Object.entries(properties).flatMap(([key, field]) =>
    isField(field) ? [[key, field] as const] : [],
  )
  return { ...rest, properties: Object.fromEntries(known) }
}

const isField = (field: { 'x-bp': { kind: string } }): field is FieldSchema & typeof field =>
  inputKinds.some(kind => kind === field['x-bp'].kind)
