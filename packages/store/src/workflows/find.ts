import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { workflows } from './rows.ts'
import type { WorkflowRow } from './rows.ts'

/** A workflow by its slug, unless it was archived. */
export async function find(
  reader: Reader,
  key: { readonly slug: string },
): Promise<WorkflowRow | undefined> {
  const row = await reader.first(
    sql`SELECT ${workflows.select()} FROM workflow WHERE slug = ${key.slug} AND archived_at IS NULL`,
  )
  return row === undefined ? undefined : workflows.read(row)
}
