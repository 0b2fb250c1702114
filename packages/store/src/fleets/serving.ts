import { stages } from '@bp/contracts/fleets'
import type { Stage } from '@bp/contracts/fleets'
import type { WorkflowId } from '@bp/contracts/ids'
import { int } from '../row.ts'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'

/** The fleet that runs a workflow on a stage, or the built-in `none` of that stage: then its jobs wait with `no_fleet`. */
export async function fleetServing(
  reader: Reader,
  key: { readonly workflowId: WorkflowId; readonly stage: Stage },
): Promise<{ readonly fleetId: number; readonly none: boolean }> {
  const stage = stages.numberOf(key.stage)
  const row = await reader.first(sql`
    SELECT f.id AS id FROM workflow_fleet x JOIN fleet f ON f.id = x.fleet_id
    WHERE x.workflow_id = ${key.workflowId} AND x.stage = ${stage} AND f.destroyed_at IS NULL`)
  return row === undefined ? noneOf(reader, stage) : { fleetId: int.read(row['id']), none: false }
}

/** The fleet of a stage that takes bare graphs, or `none`. */
export async function fleetForGraphs(
  reader: Reader,
  key: { readonly stage: Stage },
): Promise<{ readonly fleetId: number; readonly none: boolean }> {
  const stage = stages.numberOf(key.stage)
  const row = await reader.first(sql`
    SELECT id FROM fleet WHERE stage = ${stage} AND bare_graphs = 1 AND destroyed_at IS NULL AND slug <> 'none'
    ORDER BY id LIMIT 1`)
  return row === undefined ? noneOf(reader, stage) : { fleetId: int.read(row['id']), none: false }
}

async function noneOf(reader: Reader, stage: number): Promise<{ fleetId: number; none: true }> {
  const row = await reader.first(sql`SELECT id FROM fleet WHERE stage = ${stage} AND slug = 'none'`)
  return { fleetId: int.read(row?.['id']), none: true }
}
