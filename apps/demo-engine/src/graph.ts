import { isRawNumber } from './exact-json.ts'

/** One node of a graph in API format. */
export interface GraphNode {
  readonly class_type: string
  readonly inputs: Record<string, unknown>
}

/** A graph in API format: node id → node. */
export type Graph = Record<string, GraphNode>

/** The output of another node: its id and the number of the output. */
export type Link = readonly [nodeId: string, slot: number]

/** Whether an input names another node's output; the same test as a real engine's: a list of a text and a number. */
export function isLink(value: unknown): value is Link {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    typeof value[0] === 'string' &&
    typeof value[1] === 'number'
  )
}

/** The inputs that a node takes from others, in the order of the graph. */
export function linksOf(node: GraphNode): readonly Link[] {
  return Object.values(node.inputs).filter(isLink)
}

/** Whether a value is a plain JSON object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
}
