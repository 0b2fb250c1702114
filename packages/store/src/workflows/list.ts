import { int } from '../row.ts'
import { list as values, sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { workflowFleets, workflows } from './rows.ts'
import type { WorkflowRow } from './rows.ts'

export interface WorkflowView extends WorkflowRow {
  readonly currentN: number
  /** Where it runs. */
  readonly fleets: readonly { readonly stage: 'staging' | 'production'; readonly fleetId: number }[]
}

/** Workflows that are not archived, by slug. At most 200. */
export async function list(reader: Reader): Promise<readonly WorkflowView[]> {
  const rows = await reader.all(sql`
    SELECT ${workflows.select('w')}, v.n AS current_n
    FROM workflow w JOIN workflow_version v ON v.id = w.current_version_id
    WHERE w.archived_at IS NULL ORDER BY w.slug LIMIT 200`)
  if (rows.length === 0) return []
  const ids = rows.map(row => workflows.read(row, 'w').id)
  const assigned = await reader.all(
    sql`SELECT ${workflowFleets.select()} FROM workflow_fleet WHERE workflow_id IN ${values(ids)}`,
  )
  const fleetsOf = Map.groupBy(
    assigned.map(row => workflowFleets.read(row)),
    one => one.workflowId,
  )
  return rows.map(row => {
    const workflow = workflows.read(row, 'w')
    const own = fleetsOf.get(workflow.id) ?? []
    return {
      ...workflow,
      currentN: int.read(row['current_n']),
      fleets: own.map(({ stage, fleetId }) => ({ stage, fleetId })),
    }
  })
}
