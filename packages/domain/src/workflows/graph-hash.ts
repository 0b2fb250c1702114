import { isRawNumber, numberText } from '@bp/contracts/exact-json'
import type { Graph } from '@bp/contracts/workflows'
import { linkedNode } from './check-graph.ts'
import type { WorkflowInput } from './inputs.ts'
import { isRecord } from './is-record.ts'

/**
 * Names a graph whatever its key order and spacing, with the version's declared inputs blanked: two runs with
 * other values are the same graph. `hash` is the caller's SHA-256, because this room imports nothing of Node.
 */
export function graphHash<Hash>(
  graph: Graph,
  inputs: readonly Pick<WorkflowInput, 'targets'>[],
  hash: (text: string) => Hash,
): Hash {
  const blank = new Set(
    inputs.flatMap(({ targets }) => targets.map(target => keyOf(target.node, target.field))),
  )
  const nodes = Object.entries(graph).map(([id, node]) => {
    const fields = Object.entries(node.inputs).map(
      ([field, value]) => [field, blank.has(keyOf(id, field)) ? null : value] as const,
    )
    return [id, { class_type: node.class_type, inputs: Object.fromEntries(fields) }] as const
  })
  return hash(canonicalText(Object.fromEntries(nodes)))
}

/** Names classes and links alone: what stays the same when only values change. */
export function structureHash<Hash>(graph: Graph, hash: (text: string) => Hash): Hash {
  const nodes = Object.entries(graph).map(([id, node]) => {
    const links = Object.entries(node.inputs).filter(([, value]) => linkedNode(value) !== undefined)
    return [id, { class_type: node.class_type, links: Object.fromEntries(links) }] as const
  })
  return hash(canonicalText(Object.fromEntries(nodes)))
}

/** JSON with sorted keys and numbers as they were written. */
export function canonicalText(value: unknown): string {
  if (isRawNumber(value)) return numberText(value) ?? 'null'
  if (Array.isArray(value)) return `[${value.map(canonicalText).join(',')}]`
  if (isRecord(value)) {
    const pairs = Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => `${JSON.stringify(key)}:${canonicalText(inner)}`)
    return `{${pairs.join(',')}}`
  }
  return JSON.stringify(value) ?? 'null'
}

const keyOf = (node: string, field: string): string => JSON.stringify([node, field])
