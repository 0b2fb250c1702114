import type { FieldSchema, InputKind, InputSchema } from '@bp/contracts/inputs/schema'
import type { WorkflowInput } from './inputs.ts'

const typeOfKind: Readonly<Record<InputKind, FieldSchema['type'] | undefined>> = {
  prompt: 'string',
  text: 'string',
  int: 'integer',
  float: 'number',
  bool: 'boolean',
  // Values may be texts or numbers; a seed may be either, too.
  enum: undefined,
  seed: undefined,
  size: 'object',
  image: 'string',
  mask: 'string',
  video: 'string',
  audio: 'string',
  model: 'string',
  files: 'array',
}

/**
 * What people get to fill in: each declared input that the effect does not fix, in its order, with the kind
 * laid into `x-bp`. An input is required when it has no default and is not declared optional.
 */
export function deriveInputSchema(
  inputs: readonly WorkflowInput[],
  fixed: Readonly<Record<string, unknown>> = {},
): InputSchema {
  const open = inputs.filter(input => !Object.hasOwn(fixed, input.key))
  const fields = open.map((input, place) => [input.key, fieldOf(input, place)] as const)
  const required = fields
    .filter(([, field], place) => field.default === undefined && open[place]?.optional !== true)
    .map(([key]) => key)
  return {
    type: 'object',
    properties: Object.fromEntries(fields),
    required,
    additionalProperties: false,
  }
}

function fieldOf(input: WorkflowInput, place: number): FieldSchema {
  const { 'x-bp': extras, ...schema } = input.schema
  const type = schema.type ?? typeOfKind[input.kind]
  return {
    ...(type === undefined ? {} : { type }),
    ...schema,
    // Nobody wants to think of a number: a seed that was left out is drawn.
    ...(input.kind === 'seed' && schema.default === undefined ? { default: 'random' } : {}),
    'x-bp': { group: 'basic', order: place, ...extras, kind: input.kind },
  }
}
