import type { Fault } from '@bp/contracts/errors'
import { numberText } from '@bp/contracts/exact-json'
import { limits } from '@bp/contracts/limits'
import type { Graph, GraphNode } from '@bp/contracts/workflows'
import { holdsAssetReference } from './asset-reference.ts'
import { isRecord } from './is-record.ts'
import { pointer } from './pointer.ts'

export interface CheckedGraph {
  /** The graph, when it has no fault. */
  readonly graph: Graph | undefined
  readonly faults: readonly Fault[]
}

/** More faults than this help nobody; the rest is counted in the last message. */
const faultsMax = 20

/**
 * Checks that a value is a ComfyUI graph in API format: classes, inputs, links to nodes that exist, no cycle,
 * at most `limits.graphNodesMax` nodes. What a class is and whether it makes an output, the engine knows.
 * `from` is the pointer under which the graph lies in what the caller sent.
 */
export function checkGraph(value: unknown, from = ''): CheckedGraph {
  if (!isRecord(value)) return refused(from, 'type', 'A graph is an object of nodes.')
  const entries = Object.entries(value)
  if (entries.length === 0) return refused(from, 'empty', 'The graph has no nodes.')
  if (entries.length > limits.graphNodesMax)
    return {
      graph: undefined,
      faults: [
        {
          pointer: from,
          code: 'too_many_nodes',
          message: `The graph has ${entries.length} nodes; ${limits.graphNodesMax} are allowed.`,
          received: entries.length,
          allowed: limits.graphNodesMax,
        },
      ],
    }

  const faults: Fault[] = []
  const nodes = new Map<string, GraphNode>()
  for (const [id, node] of entries) {
    const found = nodeFaults(id, node, value, from)
    faults.push(...found)
    if (found.length === 0 && isNode(node)) nodes.set(id, node)
  }
  const cycle = faults.length === 0 ? findCycle(nodes) : undefined
  if (cycle !== undefined)
    faults.push({
      pointer: from + pointer(cycle),
      code: 'cycle',
      message: `Node ${cycle} depends on its own output.`,
    })
  if (faults.length > 0) return { graph: undefined, faults: shortened(faults) }
  return { graph: Object.fromEntries(nodes), faults: [] }
}

/** The node that a link points to; undefined when the value is no link. `[text, number]` is one to the engine. */
export function linkedNode(value: unknown): string | undefined {
  if (!Array.isArray(value) || value.length !== 2) return undefined
  const [id, output]: readonly unknown[] = value
  return typeof id === 'string' && numberText(output) !== undefined ? id : undefined
}

function nodeFaults(
  id: string,
  node: unknown,
  all: Readonly<Record<string, unknown>>,
  from: string,
): readonly Fault[] {
  const at = from + pointer(id)
  if (!isRecord(node)) return [{ pointer: at, code: 'type', message: `Node ${id} is no object.` }]
  const faults: Fault[] = []
  if (typeof node['class_type'] !== 'string' || node['class_type'] === '')
    faults.push({
      pointer: `${at}/class_type`,
      code: 'class_type',
      message: `Node ${id} has no class_type.`,
    })
  const inputs = node['inputs']
  if (!isRecord(inputs))
    return [
      ...faults,
      { pointer: `${at}/inputs`, code: 'inputs', message: `Node ${id} has no inputs object.` },
    ]
  for (const [field, value] of Object.entries(inputs)) {
    const target = linkedNode(value)
    const where = `${at}/inputs${pointer(field)}`
    if (target !== undefined && !Object.hasOwn(all, target))
      faults.push({
        pointer: where,
        code: 'link_missing',
        message: `${field} of node ${id} is linked to node ${target}, which is not there.`,
        received: target,
      })
    if (holdsAssetReference(value))
      faults.push({
        pointer: where,
        code: 'asset_reference',
        message: `${field} of node ${id} holds a file reference, which only bp may write.`,
      })
  }
  return faults
}

const isNode = (value: unknown): value is GraphNode =>
  isRecord(value) && typeof value['class_type'] === 'string' && isRecord(value['inputs'])

/** A node on a cycle, or undefined. Peels off nodes whose links are all resolved: O(nodes + links). */
function findCycle(nodes: ReadonlyMap<string, GraphNode>): string | undefined {
  const openLinks = new Map<string, number>()
  const readers = new Map<string, string[]>()
  for (const [id, node] of nodes) {
    const sources = Object.values(node.inputs)
      .map(linkedNode)
      .filter(source => source !== undefined)
    openLinks.set(id, sources.length)
    for (const source of sources) {
      const known = readers.get(source)
      if (known === undefined) readers.set(source, [id])
      else known.push(id)
    }
  }
  const resolved = [...nodes.keys()].filter(id => openLinks.get(id) === 0)
  for (let id = resolved.pop(); id !== undefined; id = resolved.pop()) {
    openLinks.delete(id)
    for (const reader of readers.get(id) ?? []) {
      const left = (openLinks.get(reader) ?? 0) - 1
      openLinks.set(reader, left)
      if (left === 0) resolved.push(reader)
    }
  }
  return onCycle(openLinks, nodes)
}

/** What is left over lies on a cycle or behind one: walking upwards ends on the cycle itself. */
function onCycle(
  left: ReadonlyMap<string, number>,
  nodes: ReadonlyMap<string, GraphNode>,
): string | undefined {
  const seen = new Set<string>()
  let at = left.keys().next().value
  while (at !== undefined && !seen.has(at)) {
    seen.add(at)
    at = Object.values(nodes.get(at)?.inputs ?? {})
      .map(linkedNode)
      .find(source => source !== undefined && left.has(source))
  }
  return at
}

const refused = (at: string, code: string, message: string): CheckedGraph => ({
  graph: undefined,
  faults: [{ pointer: at, code, message }],
})

function shortened(faults: readonly Fault[]): readonly Fault[] {
  if (faults.length <= faultsMax) return faults
  const rest = faults.length - faultsMax + 1
  const last = faults[faultsMax - 1]
  return [
    ...faults.slice(0, faultsMax - 1),
    { pointer: last?.pointer ?? '', code: 'more', message: `There are ${rest} faults more.` },
  ]
}
