/** A workflow is a ComfyUI graph (API format) with versions; its typed inputs point at node fields. */
import { closedList } from './closed-list.ts'

/** How a body column holds its bytes. */
export const bodyCodecs = closedList('body codec', { bytes: 0, gzip: 1, object_key: 2 })
export type BodyCodec = (typeof bodyCodecs.words)[number]

/** One node of an API-format graph: class and inputs; a link is `[node id, output index]`. */
export interface GraphNode {
  readonly class_type: string
  readonly inputs: Readonly<Record<string, unknown>>
  readonly _meta?: { readonly title?: string }
}
export type Graph = Readonly<Record<string, GraphNode>>

/** Where an input goes: a field of a node. */
export interface InputTarget {
  readonly node: string
  readonly field: string
}

export interface WorkflowOutput {
  readonly key: string
  readonly node_id: string
  readonly kind: string
}
