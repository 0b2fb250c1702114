/**
 * What node classes this engine has. The whole list is megabytes; asking for the classes of a graph one by one costs
 * a few milliseconds once, and the answers hold for as long as the engine runs.
 */
import type { EngineHttp } from './http.ts'
import { fieldsOf, isFields } from './json.ts'

export interface NodeClass {
  /** A node of this class is where a run ends: nodes that reach none are never run. */
  readonly isOutput: boolean
}
export interface NodeClasses {
  /** Looks classes up; those that the engine does not have are not in the answer. */
  find(names: Iterable<string>, signal?: AbortSignal): Promise<ReadonlyMap<string, NodeClass>>
  /** The engine may have come back with other nodes. */
  forget(): void
}

// So many questions at a time: an engine has one thread for them.
const atOnce = 8
/** Classes remembered; beyond it everything is forgotten and asked anew. */
const classesMax = 2_000

export function nodeClasses(engine: EngineHttp): NodeClasses {
  let known = new Map<string, NodeClass>()

  const ask = async (name: string, signal?: AbortSignal): Promise<void> => {
    const answer = await engine.get(`/object_info/${encodeURIComponent(name)}`, signal)
    const found = fieldsOf(answer.json)[name]
    // A missing class is not remembered: it may be installed while the engine runs.
    if (isFields(found)) known.set(name, { isOutput: found['output_node'] === true })
  }

  return {
    find: async (names, signal) => {
      const wanted = [...new Set(names)]
      if (known.size + wanted.length > classesMax) known = new Map()
      const missing = wanted.filter(name => !known.has(name))
      const asker = async (): Promise<void> => {
        for (let name = missing.pop(); name !== undefined; name = missing.pop())
          await ask(name, signal)
      }
      await Promise.all(Array.from({ length: Math.min(atOnce, missing.length) }, asker))
      return new Map(
        wanted.flatMap(name => {
          const found = known.get(name)
          return found === undefined ? [] : [[name, found] as const]
        }),
      )
    },
    forget: () => {
      known = new Map()
    },
  }
}
