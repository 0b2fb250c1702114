import { pauseBits } from '@bp/contracts/fleets'
import type { PauseBit } from '@bp/contracts/fleets'
import type { WorkflowId } from '@bp/contracts/ids'
import { insertRows } from '../insert-rows.ts'
import { lanes } from '../jobs/rows.ts'
import { lock } from '../lock.ts'
import { noId } from '../row.ts'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { pausedBits } from './lane.ts'
import { pauses } from './rows.ts'

export interface PauseScope {
  readonly bit: PauseBit
  /** Absent: all fleets (bit `queue`). */
  readonly fleetId?: number
  readonly workflowId?: WorkflowId
}

/** After this has committed nothing of its lanes is granted. */
export async function pause(
  writer: Writer,
  scope: PauseScope & { readonly reason: string; readonly until?: number },
): Promise<void> {
  await lockFleets(writer, scope)
  const { bit, fleetId = 0, workflowId = noId<WorkflowId>(), reason, until = null } = scope
  await writer.run(sql`
    DELETE FROM pause WHERE bit = ${pauseBits.numberOf(bit)} AND fleet_id = ${fleetId} AND workflow_id = ${workflowId}`)
  await insertRows(writer, pauses, [
    { bit, fleetId, workflowId, reason, since: await writer.now(), until },
  ])
  await copyToLanes(writer, scope)
}

/** Lifts that pause; lanes that another pause holds stay closed. */
export async function resume(writer: Writer, scope: PauseScope): Promise<void> {
  await lockFleets(writer, scope)
  await writer.run(sql`
    DELETE FROM pause WHERE bit = ${pauseBits.numberOf(scope.bit)} AND fleet_id = ${scope.fleetId ?? 0}
    AND workflow_id = ${scope.workflowId ?? 0n}`)
  await copyToLanes(writer, scope)
}

/** Fleet rows first: a lane that is just being made reads the `pause` rows under the same lock. */
async function lockFleets(writer: Writer, scope: PauseScope): Promise<void> {
  const one = scope.fleetId === undefined ? sql`` : sql`WHERE id = ${scope.fleetId}`
  await writer.all(sql`SELECT id FROM fleet ${one} ORDER BY id ${lock(writer, 'update')}`)
}

/** `lane.paused` is the copy that grants look at; `pause` is the truth. */
async function copyToLanes(writer: Writer, scope: PauseScope): Promise<void> {
  const one = scope.fleetId === undefined ? sql`` : sql`WHERE fleet_id = ${scope.fleetId}`
  const rows = await writer.all(sql`SELECT ${lanes.select()} FROM lane ${one} ORDER BY id`)
  for (const row of rows) {
    const lane = lanes.read(row)
    const paused = await pausedBits(writer, lane)
    if (paused !== lane.paused) {
      await writer.run(sql`UPDATE lane SET paused = ${paused} WHERE id = ${lane.id}`)
    }
  }
}
