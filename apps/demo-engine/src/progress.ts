/** The state of one node in `progress_state`. */
interface NodeProgress {
  value: number
  max: number
  state: 'running' | 'finished'
}

/** Progress of the nodes of one prompt, in the shape of the `progress_state` message: all of them, each time. */
export class Progress {
  readonly #nodes = new Map<string, NodeProgress>()
  readonly #promptId: string

  constructor(promptId: string) {
    this.#promptId = promptId
  }

  start(nodeId: string): Record<string, unknown> {
    this.#nodes.set(nodeId, { value: 0, max: 1, state: 'running' })
    return this.#message()
  }

  update(nodeId: string, value: number, max: number): Record<string, unknown> {
    this.#nodes.set(nodeId, { value, max, state: 'running' })
    return this.#message()
  }

  finish(nodeId: string): Record<string, unknown> {
    const max = this.#nodes.get(nodeId)?.max ?? 1
    this.#nodes.set(nodeId, { value: max, max, state: 'finished' })
    return this.#message()
  }

  #message(): Record<string, unknown> {
    const nodes = [...this.#nodes].map(([id, { value, max, state }]) => [
      id,
      {
        value,
        max,
        state,
        node_id: id,
        prompt_id: this.#promptId,
        display_node_id: id,
        parent_node_id: null,
        real_node_id: id,
      },
    ])
    return { prompt_id: this.#promptId, nodes: Object.fromEntries(nodes) }
  }
}
