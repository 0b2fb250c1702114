/** From what a person sends to a filled, checked job: everything of a submit that needs no transaction. */
import { problem, type Fault, type Problem } from '@bp/contracts/errors'
import {
  parseId,
  type AssetId,
  type EffectId,
  type UserId,
  type WorkflowId,
  type WorkflowVersionId,
} from '@bp/contracts/ids'
import { checkInput } from '@bp/contracts/inputs/check-input'
import type { InputSchema } from '@bp/contracts/inputs/schema'
import { type JobKind } from '@bp/contracts/jobs'
import { names } from '@bp/contracts/names'
import type { Scope } from '@bp/contracts/users'
import type { Graph, WorkflowOutput } from '@bp/contracts/workflows'
import { checkGraph } from '@bp/domain/workflows/check-graph'
import { deriveInputSchema } from '@bp/domain/workflows/derive-input-schema'
import { detectFormat } from '@bp/domain/workflows/detect-format'
import { drawSeeds } from '@bp/domain/workflows/draw-seed'
import { fillGraph } from '@bp/domain/workflows/fill-graph'
import type { WorkflowInput } from '@bp/domain/workflows/inputs'
import { findMany } from '@bp/store/assets/find'
import { findPublished, findState } from '@bp/store/effects/find-published'
import { fleetForGraphs, fleetServing } from '@bp/store/fleets/serving'
import type { Reader, Store } from '@bp/store/store'
import { findVersion } from '@bp/store/workflows/find-version'
import { readContent } from '../effects/content.ts'
import { readBody, readInputs, readModels, readOutputs } from '../workflows/documents.ts'

export interface Wanted {
  readonly effect?: string | undefined
  readonly workflow?: string | undefined
  readonly graph?: Readonly<Record<string, unknown>> | undefined
  readonly input: Readonly<Record<string, unknown>>
}

export interface PreparedJob {
  readonly kind: JobKind
  readonly fleetId: number
  readonly effectId?: EffectId
  readonly effectN?: number
  readonly workflowId?: WorkflowId
  readonly workflowVersionId?: WorkflowVersionId
  readonly graph: Graph
  readonly outputs: readonly WorkflowOutput[]
  readonly models: readonly string[]
  /** JSON text with defaults and the drawn seed. */
  readonly input: string
  readonly assets: readonly { readonly assetId: AssetId; readonly ref: string }[]
}

/** Who wants it, and what they may. */
interface Wanter {
  readonly id: UserId
  readonly scopes: readonly Scope[]
}

const { stage } = names.localFleet

/** Fills and checks. Throws what the submit route declares; nothing is written. */
export function prepareJob(wanted: Wanted, wanter: Wanter, store: Store): Promise<PreparedJob> {
  return store.read(async reader => {
    if (wanted.graph !== undefined) return prepareGraph(wanted.graph, wanter, reader)
    const template =
      wanted.effect === undefined
        ? await workflowTemplate(wanted.workflow ?? '', reader)
        : await effectTemplate(wanted.effect, reader)
    return fillTemplate(template, wanted.input, wanter, reader)
  })
}

interface Template {
  readonly kind: JobKind
  readonly effectId?: EffectId
  readonly effectN?: number
  readonly workflowId: WorkflowId
  readonly workflowVersionId: WorkflowVersionId
  readonly graphText: string
  readonly inputs: readonly WorkflowInput[]
  readonly fixed: Readonly<Record<string, unknown>>
  readonly outputs: readonly WorkflowOutput[]
  readonly models: readonly string[]
}

async function effectTemplate(slug: string, reader: Reader): Promise<Template> {
  const effect = await findPublished(reader, { slug })
  if (effect === undefined)
    throw (await findState(reader, { slug })) === undefined
      ? problem('not_found', { noun: 'effect' })
      : problem('effect_disabled', { slug })
  const version = await findVersion(reader, { id: effect.workflowVersionId })
  if (version === undefined) throw new Error('a published effect has no workflow version')
  return {
    kind: 'effect',
    effectId: effect.id,
    effectN: effect.n,
    workflowId: effect.workflowId,
    workflowVersionId: effect.workflowVersionId,
    graphText: readBody(version.codec, version.graph),
    inputs: readInputs(effect.inputs),
    fixed: readContent(effect.content).fixed,
    outputs: readOutputs(effect.outputs),
    models: readModels(effect.needs),
  }
}

async function workflowTemplate(name: string, reader: Reader): Promise<Template> {
  const [slug = '', n] = name.split('@')
  const version = await findVersion(reader, n === undefined ? { slug } : { slug, n: Number(n) })
  if (version === undefined) throw problem('not_found', { noun: 'workflow' })
  return {
    kind: 'workflow',
    workflowId: version.workflowId,
    workflowVersionId: version.id,
    graphText: readBody(version.codec, version.graph),
    inputs: readInputs(version.inputs),
    fixed: {},
    outputs: readOutputs(version.outputs),
    models: readModels(version.needs),
  }
}

async function fillTemplate(
  template: Template,
  input: Readonly<Record<string, unknown>>,
  wanter: Wanter,
  reader: Reader,
): Promise<PreparedJob> {
  const schema = deriveInputSchema(template.inputs, template.fixed)
  const checked = checkInput(schema, input)
  const faults = [...checked.faults, ...(await fileFaults(schema, checked.values, wanter, reader))]
  if (faults.length > 0) throw inputInvalid(faults)

  const values = drawSeeds(template.inputs, checked.values, Math.random)
  const filled = fillGraph({
    graph: template.graphText,
    inputs: template.inputs,
    values,
    fixed: template.fixed,
  })
  if (filled.graph === undefined) throw inputInvalid(filled.faults)
  const { fleetId } = await fleetServing(reader, { workflowId: template.workflowId, stage })
  const { graphText: _text, inputs: _inputs, fixed: _fixed, ...rest } = template
  return {
    ...rest,
    fleetId,
    graph: filled.graph,
    input: JSON.stringify(values),
    assets: filled.assets.flatMap(({ ref, assetId }) => {
      const id = parseId('asset', assetId)
      return id === undefined ? [] : [{ assetId: id, ref }]
    }),
  }
}

/** Faults point into the body of the call, not into the input alone. */
const inputInvalid = (faults: readonly Fault[]): Problem =>
  problem(
    'input_invalid',
    {},
    { faults: faults.map(fault => ({ ...fault, pointer: `/input${fault.pointer}` })) },
  )

/**
 * Files that are named: the owner's, of a kind and size that the field takes. Absent and others' files look alike.
 * The submit transaction checks the owner again, under a lock; this is for a good sentence.
 */
async function fileFaults(
  schema: InputSchema,
  values: Readonly<Record<string, unknown>>,
  wanter: Wanter,
  reader: Reader,
): Promise<readonly Fault[]> {
  const named = Object.entries(schema.properties).flatMap(([key, field]) => {
    const value = values[key]
    return (Array.isArray(value) ? value : [value]).flatMap((item: unknown) => {
      const id = typeof item === 'string' ? parseId('asset', item) : undefined
      return id === undefined ? [] : [{ key, field, id }]
    })
  })
  if (named.length === 0) return []
  const rows = await findMany(reader, {
    ids: [...new Set(named.map(one => one.id))].slice(0, 500),
    owner: wanter.id,
  })
  const byId = new Map(rows.map(row => [row.id, row]))
  if (named.some(one => !byId.has(one.id)))
    throw problem(
      'asset_missing',
      {},
      {
        faults: named
          .filter(one => !byId.has(one.id))
          .map(one => ({
            pointer: `/input/${one.key}`,
            code: 'asset_missing',
            message: 'This file is not there.',
          })),
      },
    )
  return named.flatMap(({ key, field, id }): Fault[] => {
    const row = byId.get(id)
    if (row === undefined) return []
    const { accept, max_bytes: maxBytes, max_pixels: maxPixels } = field['x-bp']
    const pixels = (row.width ?? 0) * (row.height ?? 0)
    const wrong = (code: string, message: string, received: unknown, allowed: unknown): Fault => ({
      pointer: `/${key}`,
      code,
      message,
      received,
      allowed,
    })
    if (accept !== undefined && !accept.includes(row.contentType))
      return [wrong('accept', 'This kind of file is not taken here.', row.contentType, accept)]
    if (maxBytes !== undefined && row.sizeBytes > maxBytes)
      return [wrong('max_bytes', 'The file is too large.', row.sizeBytes, maxBytes)]
    if (maxPixels !== undefined && pixels > maxPixels)
      return [wrong('max_pixels', 'The picture has too many pixels.', pixels, maxPixels)]
    return []
  })
}

/** A bare graph is code on a shared machine: its own right, and a fleet that allows it. */
async function prepareGraph(
  sent: Readonly<Record<string, unknown>>,
  wanter: Wanter,
  reader: Reader,
): Promise<PreparedJob> {
  if (!wanter.scopes.includes('graphs:run')) throw problem('graphs_not_allowed', {})
  const found = detectFormat(sent)
  if (found.format === 'ui') throw problem('workflow_format_ui', {})
  if (found.format === 'unknown') throw problem('graph_invalid', { reason: found.reason })
  const { graph, faults } = checkGraph(found.graph, '/graph')
  if (graph === undefined)
    throw problem('graph_invalid', { reason: 'some nodes have faults' }, { faults })
  const { fleetId } = await fleetForGraphs(reader, { stage })
  return { kind: 'graph', fleetId, graph, outputs: [], models: [], input: '{}', assets: [] }
}
