/**
 * The subset of JSON Schema 2020-12 in which a workflow version says what it takes,
 * with `x-bp` for what a form needs beyond it. Depth 2; nothing unknown is allowed inside.
 */
export const inputKinds = [
  'prompt',
  'text',
  'int',
  'float',
  'bool',
  'enum',
  'seed',
  'size',
  'image',
  'mask',
  'video',
  'audio',
  'model',
  'files',
] as const
export type InputKind = (typeof inputKinds)[number]
/** Kinds whose value is the id of an asset. */
export const fileKinds: readonly InputKind[] = ['image', 'mask', 'video', 'audio']

export interface InputExtras {
  readonly kind: InputKind
  readonly group?: 'basic' | 'advanced'
  readonly order?: number
  readonly unit?: string
  readonly accept?: readonly string[]
  readonly max_bytes?: number
  readonly max_pixels?: number
  /** Words for the values of an enum, in its order. */
  readonly labels?: readonly string[]
}

export interface FieldSchema {
  readonly type?: 'string' | 'integer' | 'number' | 'boolean' | 'object' | 'array'
  readonly title?: string
  readonly description?: string
  readonly default?: unknown
  readonly enum?: readonly (string | number)[]
  readonly minimum?: number
  readonly maximum?: number
  readonly multipleOf?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minItems?: number
  readonly maxItems?: number
  readonly examples?: readonly unknown[]
  readonly 'x-bp': InputExtras
}

export interface InputSchema {
  readonly type: 'object'
  readonly properties: Readonly<Record<string, FieldSchema>>
  readonly required: readonly string[]
  readonly additionalProperties: false
}
