/** What a workflow version declares as its inputs: `workflow_version.inputs`, `effect.json`. */
import {
  fileKinds,
  type FieldSchema,
  type InputExtras,
  type InputKind,
} from '@bp/contracts/inputs/schema'
import type { InputTarget } from '@bp/contracts/workflows'

/** A field's schema before the kind was laid into its `x-bp`. */
export type DeclaredSchema = Omit<FieldSchema, 'x-bp'> & { readonly 'x-bp'?: Partial<InputExtras> }

export interface WorkflowInput {
  readonly key: string
  readonly kind: InputKind
  /** The fields of nodes that the value goes into; more than one when nodes share it. */
  readonly targets: readonly InputTarget[]
  readonly schema: DeclaredSchema
  /** May be left out without a default: then the graph keeps its own value. */
  readonly optional?: boolean
}

/** Kinds whose value in the graph is a file that the worker brings to the engine. */
export const isFileKind = (kind: InputKind): boolean => fileKinds.includes(kind) || kind === 'files'
