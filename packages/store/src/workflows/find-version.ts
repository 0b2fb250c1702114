import type { WorkflowVersionId } from '@bp/contracts/ids'
import { text } from '../row.ts'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { workflowVersions } from './rows.ts'
import type { WorkflowVersionRow } from './rows.ts'

export interface WorkflowVersionView extends WorkflowVersionRow {
  readonly slug: string
  readonly name: string
}

/** A version by id, by `slug@n`, or the current one of `slug`. */
export async function findVersion(
  reader: Reader,
  key: { readonly id: WorkflowVersionId } | { readonly slug: string; readonly n?: number },
): Promise<WorkflowVersionView | undefined> {
  const where =
    'id' in key
      ? sql`v.id = ${key.id}`
      : key.n === undefined
        ? sql`w.slug = ${key.slug} AND v.id = w.current_version_id`
        : sql`w.slug = ${key.slug} AND v.n = ${key.n}`
  const row = await reader.first(sql`
    SELECT ${workflowVersions.select('v')}, w.slug AS slug, w.name AS name
    FROM workflow w JOIN workflow_version v ON v.workflow_id = w.id WHERE ${where}`)
  if (row === undefined) return undefined
  return {
    ...workflowVersions.read(row, 'v'),
    slug: text.read(row['slug']),
    name: text.read(row['name']),
  }
}
