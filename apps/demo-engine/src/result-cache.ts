import { createHash, randomUUID } from 'node:crypto'
import type { Folders } from './folders.ts'
import { isLink, isRecord, type Graph } from './graph.ts'
import type { NodeClass, Shown, Value } from './node-class.ts'
import { PythonError } from './python-error.ts'

/** A node's kept result, and what it showed when it ran, under the node id of that run. */
export interface CachedResult {
  readonly outputs: readonly Value[]
  readonly shown: Shown | undefined
  readonly meta: NodeMeta
}

/** How `history` names the node behind an output. */
export interface NodeMeta {
  readonly node_id: string
  readonly display_node: string
  readonly parent_node: null
  readonly real_node_id: string
}

/**
 * Results of the last prompt, by what made them: class, constants, and the same of all nodes before.
 * The same graph again, also under other node ids, is answered from here, with the file names of the first run.
 */
export class ResultCache {
  #results = new Map<string, CachedResult>()
  #signatures = new Map<string, string>()

  /** Computes what each node of a prompt would come from, and drops all that this prompt does not use. */
  async setPrompt(
    graph: Graph,
    classes: ReadonlyMap<string, NodeClass>,
    folders: Folders,
  ): Promise<void> {
    const signing = new Signing(graph, classes, folders)
    this.#signatures = new Map()
    for (const id of Object.keys(graph)) this.#signatures.set(id, await signing.sign(id))
    const used = new Set(this.#signatures.values())
    for (const signature of this.#results.keys())
      if (!used.has(signature)) this.#results.delete(signature)
  }

  get(nodeId: string): CachedResult | undefined {
    const signature = this.#signatures.get(nodeId)
    return signature === undefined ? undefined : this.#results.get(signature)
  }

  set(nodeId: string, result: CachedResult): void {
    const signature = this.#signatures.get(nodeId)
    if (signature !== undefined) this.#results.set(signature, result)
  }

  clear(): void {
    this.#results.clear()
    this.#signatures.clear()
  }
}

class Signing {
  readonly #signed = new Map<string, string>()
  readonly #graph: Graph
  readonly #classes: ReadonlyMap<string, NodeClass>
  readonly #folders: Folders

  constructor(graph: Graph, classes: ReadonlyMap<string, NodeClass>, folders: Folders) {
    this.#graph = graph
    this.#classes = classes
    this.#folders = folders
  }

  async sign(id: string): Promise<string> {
    const known = this.#signed.get(id)
    if (known !== undefined) return known
    // Stands while this node is being signed, so that a cycle among unused nodes ends here.
    this.#signed.set(id, 'cycle')
    const signature = await this.#compute(id)
    this.#signed.set(id, signature)
    return signature
  }

  async #compute(id: string): Promise<string> {
    const node = this.#graph[id]
    const nodeClass = node && this.#classes.get(node.class_type)
    if (node === undefined || nodeClass === undefined) return randomUUID()
    if (!isRecord(node.inputs)) throw new PythonError('KeyError', "'inputs'")
    const parts: unknown[] = [node.class_type, await this.#fingerprint(nodeClass, node.inputs)]
    if (Object.values((await nodeClass.inputs(this.#folders)).hidden ?? {}).includes('UNIQUE_ID'))
      parts.push(id)
    for (const [name, value] of Object.entries(node.inputs).toSorted(([one], [other]) =>
      one < other ? -1 : 1,
    ))
      parts.push(isLink(value) ? [name, await this.sign(value[0]), value[1]] : [name, value])
    return createHash('sha256').update(JSON.stringify(parts)).digest('base64')
  }

  async #fingerprint(nodeClass: NodeClass, inputs: Record<string, unknown>): Promise<string> {
    if (nodeClass.fingerprint === undefined) return ''
    try {
      return await nodeClass.fingerprint(inputs, this.#folders)
    } catch {
      return randomUUID() // what cannot be read is never taken from the cache
    }
  }
}
