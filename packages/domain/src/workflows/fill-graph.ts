import type { Fault } from '@bp/contracts/errors'
import { numberText, parseExact, rawNumber } from '@bp/contracts/exact-json'
import type { Graph, InputTarget } from '@bp/contracts/workflows'
import { assetReference } from './asset-reference.ts'
import { checkGraph } from './check-graph.ts'
import { isFileKind, type WorkflowInput } from './inputs.ts'
import { isRecord } from './is-record.ts'
import { pointer } from './pointer.ts'

export interface FillRequest {
  /** The version's graph: its JSON text, or already parsed by `parseExact`. */
  readonly graph: unknown
  readonly inputs: readonly WorkflowInput[]
  /** Checked values by input key, with defaults filled in and seeds drawn. */
  readonly values: Readonly<Record<string, unknown>>
  /** What the effect fixes; stronger than `values`. */
  readonly fixed: Readonly<Record<string, unknown>>
}

/** A file of a filled graph: `ref` is its word in the graph. A file used twice has one ref. */
interface FilledAsset {
  readonly ref: string
  /** Public id, `asset_…`. */
  readonly assetId: string
}

export interface FilledGraph {
  /** The filled graph; undefined when there are faults. `JSON.stringify` writes untouched numbers verbatim. */
  readonly graph: Graph | undefined
  readonly assets: readonly FilledAsset[]
  readonly faults: readonly Fault[]
}

/**
 * Puts values into a graph. Structural only: a value is set as a field, it never touches JSON syntax.
 * An input without a value leaves the graph's own value in place. The given graph is not changed.
 */
export function fillGraph({ graph, inputs, values, fixed }: FillRequest): FilledGraph {
  const parsed = typeof graph === 'string' ? parseOrNothing(graph) : graph
  const checked = checkGraph(parsed, '/graph')
  if (checked.graph === undefined) return { graph: undefined, assets: [], faults: checked.faults }

  const assets = new Map<string, string>()
  const faults: Fault[] = unknownFixed(inputs, fixed)
  const writes = new Map<string, Map<string, unknown>>()
  for (const input of inputs) {
    const value = Object.hasOwn(fixed, input.key) ? fixed[input.key] : values[input.key]
    if (value === undefined || value === null) continue
    for (const target of input.targets) {
      if (!Object.hasOwn(checked.graph, target.node)) {
        faults.push(targetMissing(input, target))
        continue
      }
      const filled = toGraphValue(input, target, value, assets)
      if (filled === undefined) {
        faults.push(valueRefused(input, value))
        break
      }
      const fields = writes.get(target.node) ?? new Map<string, unknown>()
      writes.set(target.node, fields.set(target.field, filled.value))
    }
  }
  if (faults.length > 0) return { graph: undefined, assets: [], faults }

  const filled = Object.entries(checked.graph).map(([id, node]) => {
    const fields = writes.get(id)
    if (fields === undefined) return [id, node] as const
    return [id, { ...node, inputs: { ...node.inputs, ...Object.fromEntries(fields) } }] as const
  })
  return {
    graph: Object.fromEntries(filled),
    assets: Array.from(assets, ([assetId, ref]) => ({ ref, assetId })),
    faults: [],
  }
}

/** The value as it stands in the graph; undefined when this kind cannot hold it. */
function toGraphValue(
  input: WorkflowInput,
  target: InputTarget,
  value: unknown,
  assets: Map<string, string>,
): { readonly value: unknown } | undefined {
  if (input.kind === 'files')
    return Array.isArray(value) && value.every(item => typeof item === 'string')
      ? { value: value.map(item => assetReference(refOf(item, assets))) }
      : undefined
  if (isFileKind(input.kind))
    return typeof value === 'string' ? { value: assetReference(refOf(value, assets)) } : undefined
  if (input.kind === 'seed') return seedValue(value)
  if (input.kind === 'size') return sizeValue(target, value)
  // A text that begins with a list or an object could become a link; plain values only.
  return typeof value === 'object' && numberText(value) === undefined ? undefined : { value }
}

function refOf(assetId: string, assets: Map<string, string>): string {
  const known = assets.get(assetId)
  if (known !== undefined) return known
  const ref = `i${assets.size}`
  assets.set(assetId, ref)
  return ref
}

/** A seed travels as decimal text and stands in the graph as a number, all 64 bits of it. */
function seedValue(value: unknown): { readonly value: unknown } | undefined {
  const text = typeof value === 'string' ? value : numberText(value)
  if (text === undefined || !/^\d{1,20}$/.test(text)) return undefined
  const digits = BigInt(text).toString() // JSON knows no leading zeros
  return { value: Number.isSafeInteger(Number(digits)) ? Number(digits) : rawNumber(digits) }
}

/** A size goes into two fields; which side a field takes is told by its name. */
function sizeValue(target: InputTarget, value: unknown): { readonly value: unknown } | undefined {
  if (!isRecord(value)) return undefined
  const side = target.field.toLowerCase().includes('height') ? value['height'] : value['width']
  return numberText(side) === undefined ? undefined : { value: side }
}

function unknownFixed(
  inputs: readonly WorkflowInput[],
  fixed: Readonly<Record<string, unknown>>,
): Fault[] {
  const known = new Set(inputs.map(input => input.key))
  return Object.keys(fixed)
    .filter(key => !known.has(key))
    .map(key => ({
      pointer: `/fixed${pointer(key)}`,
      code: 'unknown',
      message: `The effect fixes "${key}", which the workflow does not take.`,
      allowed: [...known],
    }))
}

const targetMissing = (input: WorkflowInput, target: InputTarget): Fault => ({
  pointer: `/inputs${pointer(input.key)}`,
  code: 'target_missing',
  message: `"${input.key}" goes into node ${target.node}, which the graph does not have.`,
  received: target.node,
})

const valueRefused = (input: WorkflowInput, value: unknown): Fault => ({
  pointer: `/input${pointer(input.key)}`,
  code: 'type',
  message: `"${input.key}" cannot be written into the graph as ${input.kind}.`,
  received: typeof value,
})

function parseOrNothing(text: string): unknown {
  try {
    return parseExact(text)
  } catch {
    return undefined // checkGraph says that it is no graph
  }
}
