/** One complaint about one input, as it stands in `node_errors` of an answer to `/prompt`. */
export interface InputError {
  readonly type: string
  readonly message: string
  readonly details: string
  readonly extra_info: Record<string, unknown>
}

/** The complaints about one node, and the output nodes that cannot run because of them. */
export interface NodeErrors {
  readonly errors: readonly InputError[]
  readonly dependent_outputs: string[]
  readonly class_type: string
}

/** What checking a prompt found: the outputs that can run, or why none can. */
export type Verdict =
  | {
      readonly ok: true
      readonly outputs: readonly string[]
      readonly nodeErrors: Record<string, NodeErrors>
    }
  | {
      readonly ok: false
      readonly error: InputError
      readonly nodeErrors: Record<string, NodeErrors>
    }
