import { stages } from '@bp/contracts/fleets'
import type { Stage } from '@bp/contracts/fleets'
import type { UserId, WorkflowId } from '@bp/contracts/ids'
import { insertRows } from '../insert-rows.ts'
import { lock } from '../lock.ts'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { workflowFleets } from './rows.ts'

/** Says which fleet serves a workflow on a stage; `fleetId` undefined = none. At most one fleet a stage is the primary key. */
export async function assign(
  writer: Writer,
  options: {
    readonly workflowId: WorkflowId
    readonly stage: Stage
    readonly fleetId?: number
    readonly by: UserId
  },
): Promise<void> {
  const { workflowId, stage, fleetId, by } = options
  await writer.first(
    sql`SELECT id FROM workflow WHERE id = ${workflowId} ${lock(writer, 'update')}`,
  )
  await writer.run(
    sql`DELETE FROM workflow_fleet WHERE workflow_id = ${workflowId} AND stage = ${stages.numberOf(stage)}`,
  )
  if (fleetId === undefined) return
  await writer.first(sql`SELECT id FROM fleet WHERE id = ${fleetId} ${lock(writer, 'share')}`)
  await insertRows(writer, workflowFleets, [
    { workflowId, stage, fleetId, byId: by, at: await writer.now() },
  ])
}
