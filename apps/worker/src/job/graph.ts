import { isRawNumber } from '@bp/contracts/exact-json'
/** What is done to a graph before it is posted. Structure only: no text of it is ever searched or replaced. */
import { isFields, textOf, type Fields } from '../comfy/json.ts'
import type { NodeClass, NodeClasses } from '../comfy/object-info.ts'
import { jobFault, pointerPart } from './failure.ts'

export interface GraphNode {
  readonly classType: string
  readonly inputs: Fields
}

/**
 * Reads a graph in API format. A node without a class or without an inputs object is refused: an engine that gets one
 * loses its worker thread and answers everything but runs nothing from then on.
 */
export function readGraph(graph: Fields): ReadonlyMap<string, GraphNode> {
  const nodes = new Map<string, GraphNode>()
  for (const [nodeId, node] of Object.entries(graph)) {
    const classType = isFields(node) ? textOf(node['class_type']) : ''
    const inputs = isFields(node) ? node['inputs'] : undefined
    if (classType === '' || !isFields(inputs))
      throw jobFault('input_invalid', `Node ${nodeId} has no class_type or no inputs.`, {
        pointer: `/graph/${pointerPart(nodeId)}`,
        nodeId,
        nodeClass: classType || null,
      })
    nodes.set(nodeId, { classType, inputs })
  }
  if (nodes.size === 0)
    throw jobFault('input_invalid', 'The graph has no nodes.', { pointer: '/graph' })
  return nodes
}

/** Every class of the graph, looked up on this very engine; all that are missing are named at once. */
export async function checkClasses(
  nodes: ReadonlyMap<string, GraphNode>,
  classes: NodeClasses,
  signal: AbortSignal,
): Promise<ReadonlyMap<string, NodeClass>> {
  const wanted = new Set([...nodes.values()].map(node => node.classType))
  const found = await classes.find(wanted, signal)
  const missing = [...wanted].filter(name => !found.has(name))
  if (missing.length === 0) return found
  const [nodeId, node] = [...nodes].find(([, one]) => missing.includes(one.classType)) ?? []
  throw jobFault('node_missing', `This engine does not have: ${missing.join(', ')}.`, {
    pointer: nodeId === undefined ? null : `/graph/${pointerPart(nodeId)}`,
    nodeId: nodeId ?? null,
    nodeClass: node?.classType ?? null,
    received: node?.classType,
  })
}

const placeholderKey = '__bp_asset__'
const depthMax = 32

/** Puts file names in the place of `{"__bp_asset__":"<ref>"}`. A ref that the lease does not bring is refused. */
export function placeAssets(
  nodes: ReadonlyMap<string, GraphNode>,
  names: ReadonlyMap<string, string>,
): Map<string, GraphNode> {
  const replace = (value: unknown, nodeId: string, depth: number): unknown => {
    if (depth > depthMax) return value
    if (Array.isArray(value)) return value.map(item => replace(item, nodeId, depth + 1))
    if (!isFields(value) || isRawNumber(value)) return value
    const ref = value[placeholderKey]
    if (typeof ref === 'string' && Object.keys(value).length === 1) {
      const name = names.get(ref)
      if (name !== undefined) return name
      throw jobFault('asset_missing', `The file "${ref}" was not brought with the job.`, {
        pointer: `/graph/${pointerPart(nodeId)}`,
        nodeId,
      })
    }
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, replace(item, nodeId, depth + 1)]),
    )
  }
  return new Map(
    [...nodes].map(([nodeId, node]) => {
      const inputs = replace(node.inputs, nodeId, 0)
      return [nodeId, { ...node, inputs: isFields(inputs) ? inputs : {} }]
    }),
  )
}

/**
 * Gives every node that has a `filename_prefix` one of this attempt alone, below `folder`. The engine caches by the
 * values of a graph: with the prefix of an earlier run it would answer with that run's files, which may be gone.
 */
export function ownPrefixes(
  nodes: ReadonlyMap<string, GraphNode>,
  folder: string,
): { nodes: Map<string, GraphNode>; changed: ReadonlySet<string> } {
  const changed = new Set<string>()
  const own = [...nodes].map(([nodeId, node]): [string, GraphNode] => {
    if (!('filename_prefix' in node.inputs)) return [nodeId, node]
    changed.add(nodeId)
    const before = node.inputs['filename_prefix']
    // A prefix that comes out of another node cannot be known here; the node's id takes its place.
    const name = typeof before === 'string' && isTame(before) ? before : `node-${nodeId}`
    return [nodeId, { ...node, inputs: { ...node.inputs, filename_prefix: `${folder}/${name}` } }]
  })
  return { nodes: new Map(own), changed }
}

/** A prefix that stays below the folder it is put into. */
const isTame = (prefix: string): boolean =>
  prefix !== '' && !/^[\\/]|^[a-z]:/i.test(prefix) && !prefix.split(/[\\/]/).includes('..')

/** The graph as it is posted. */
export const toPosted = (
  graph: Fields,
  nodes: ReadonlyMap<string, GraphNode>,
): Record<string, unknown> =>
  Object.fromEntries(
    [...nodes].map(([nodeId, node]) => {
      const before = graph[nodeId]
      return [nodeId, { ...(isFields(before) ? before : {}), inputs: node.inputs }]
    }),
  )

/** Ids of the nodes that a node takes something from, itself left out, however far up. */
export function ancestors(
  nodes: ReadonlyMap<string, GraphNode>,
  nodeId: string,
): ReadonlySet<string> {
  const found = new Set<string>()
  const open = [nodeId]
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const value of Object.values(nodes.get(next)?.inputs ?? {})) {
      // A link is [node id, output number].
      if (!Array.isArray(value) || value.length !== 2) continue
      const from = String(value[0])
      if (!nodes.has(from) || found.has(from)) continue
      found.add(from)
      open.push(from)
    }
  }
  found.delete(nodeId)
  return found
}

/** The nodes that will run: output nodes and all above them, with their classes. */
export function runningNodes(
  nodes: ReadonlyMap<string, GraphNode>,
  classes: ReadonlyMap<string, NodeClass>,
): ReadonlyMap<string, string> {
  const ids = new Set<string>()
  for (const [nodeId, node] of nodes) {
    if (classes.get(node.classType)?.isOutput !== true) continue
    ids.add(nodeId)
    for (const above of ancestors(nodes, nodeId)) ids.add(above)
  }
  return new Map([...ids].map(nodeId => [nodeId, nodes.get(nodeId)?.classType ?? '']))
}
