import { parseExact } from '@bp/contracts/exact-json'
import type { Workflow, WorkflowVersion } from '@bp/contracts/shapes/workflows'
import { deriveInputSchema } from '@bp/domain/workflows/derive-input-schema'
import { isRecord } from '@bp/domain/workflows/is-record'
import type { WorkflowVersionView } from '@bp/store/workflows/find-version'
import type { WorkflowView } from '@bp/store/workflows/list'
import { schemaToWire } from '../effects/wire.ts'
import { wireTime } from '../time.ts'
import { readBody, readInputs, readOutputs } from './documents.ts'

export const workflowToWire = (
  row: Pick<WorkflowView, 'slug' | 'name' | 'description' | 'currentN'>,
): Workflow => ({
  slug: row.slug,
  name: row.name,
  description: row.description,
  current_version: row.currentN === 0 ? null : row.currentN,
})

/** The graph goes out only when the version shows it: it may be somebody's craft. */
export function versionToWire(row: WorkflowVersionView): WorkflowVersion {
  const graph: unknown = row.graphPublic ? parseExact(readBody(row.codec, row.graph)) : null
  return {
    slug: row.slug,
    version: row.n,
    input_schema: schemaToWire(deriveInputSchema(readInputs(row.inputs))),
    outputs: readOutputs(row.outputs).map(output => ({ ...output })),
    graph_hash: row.graphHash.toString('hex'),
    published_at: wireTime(row.publishedAt),
    changes: row.changes,
    graph: isRecord(graph) ? { ...graph } : null,
  }
}
