import { linksOf, type Graph } from './graph.ts'
import type { NodeClass } from './node-class.ts'

/**
 * The nodes that a prompt still has to run, handed out one by one when what they need is there.
 * Among ready ones the order is a real engine's: outputs first, then what stands right before an output, so that
 * people see something early.
 */
export class ExecutionOrder {
  readonly #pending = new Map<string, { waitsFor: Set<string>; blocks: Set<string> }>()
  readonly #graph: Graph
  readonly #classes: ReadonlyMap<string, NodeClass>

  constructor(
    graph: Graph,
    classes: ReadonlyMap<string, NodeClass>,
    isCached: (id: string) => boolean,
    outputs: readonly string[],
  ) {
    this.#graph = graph
    this.#classes = classes
    for (const output of outputs) this.#add(output, isCached)
  }

  #add(output: string, isCached: (id: string) => boolean): void {
    const waiting = [output]
    const links: (readonly [from: string, to: string])[] = []
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      const node = this.#graph[id]
      if (node === undefined || this.#pending.has(id)) continue
      this.#pending.set(id, { waitsFor: new Set(), blocks: new Set() })
      for (const [from] of linksOf(node)) {
        if (isCached(from)) continue
        waiting.push(from)
        links.push([from, id])
      }
    }
    for (const [from, to] of links) {
      this.#pending.get(from)?.blocks.add(to)
      this.#pending.get(to)?.waitsFor.add(from)
    }
  }

  /** The next node to run; undefined when nothing is left. */
  next(): string | undefined {
    const ready = [...this.#pending]
      .filter(([, { waitsFor }]) => waitsFor.size === 0)
      .map(([id]) => id)
    const blocks = (id: string): string[] => [...(this.#pending.get(id)?.blocks ?? [])]
    return (
      ready.find(id => this.#isOutput(id)) ??
      ready.find(id => blocks(id).some(next => this.#isOutput(next))) ??
      ready.find(id =>
        blocks(id).some(next => blocks(next).some(after => this.#isOutput(after))),
      ) ??
      ready[0]
    )
  }

  complete(id: string): void {
    for (const next of this.#pending.get(id)?.blocks ?? [])
      this.#pending.get(next)?.waitsFor.delete(id)
    this.#pending.delete(id)
  }

  #isOutput(id: string): boolean {
    return this.#classes.get(this.#graph[id]?.class_type ?? '')?.isOutputNode === true
  }
}
