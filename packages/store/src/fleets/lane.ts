import { laneMarkets } from '@bp/contracts/fleets'
import type { LaneMarket } from '@bp/contracts/fleets'
import { pauseBits } from '@bp/contracts/fleets'
import type { WorkflowId } from '@bp/contracts/ids'
import { lock } from '../lock.ts'
import { int, noId } from '../row.ts'
import { raw, sql } from '../sql.ts'
import type { Reader, Writer } from '../store.ts'

export interface LaneKey {
  readonly fleetId: number
  readonly workflowId?: WorkflowId
  readonly market?: LaneMarket
}

async function findLane(reader: Reader, key: LaneKey): Promise<number | undefined> {
  const row = await reader.first(sql`
    SELECT id FROM lane WHERE fleet_id = ${key.fleetId} AND workflow_id = ${key.workflowId ?? 0n}
    AND market = ${laneMarkets.numberOf(key.market ?? 'any')}`)
  return row === undefined ? undefined : int.read(row['id'])
}

/** The lane of (fleet, workflow, market), made on first use under the fleet's lock, so that none is born open under a pause. */
export async function laneOf(writer: Writer, key: LaneKey): Promise<number> {
  const found = await findLane(writer, key)
  if (found !== undefined) return found

  await writer.first(sql`SELECT id FROM fleet WHERE id = ${key.fleetId} ${lock(writer, 'share')}`)
  const paused = await pausedBits(writer, key)
  const market = laneMarkets.numberOf(key.market ?? 'any')
  const tail =
    writer.dialect === 'sqlite'
      ? raw('ON CONFLICT (fleet_id, workflow_id, market) DO NOTHING')
      : raw('ON DUPLICATE KEY UPDATE fleet_id = fleet_id')
  await writer.run(sql`
    INSERT INTO lane (fleet_id, workflow_id, market, paused, created_at)
    VALUES (${key.fleetId}, ${key.workflowId ?? noId()}, ${market}, ${paused}, ${writer.nowMs}) ${tail}`)
  const made = await findLane(writer, key)
  if (made === undefined) throw new Error(`lane of fleet ${key.fleetId} was not made`)
  return made
}

/** The bits that hold a lane closed, from the `pause` rows: their truth. Fleet 0 = all, workflow 0 = all. */
export async function pausedBits(
  reader: Reader,
  lane: { readonly fleetId: number; readonly workflowId?: WorkflowId },
): Promise<number> {
  const rows = await reader.all(sql`
    SELECT DISTINCT bit FROM pause
    WHERE fleet_id IN (0, ${lane.fleetId}) AND workflow_id IN (0, ${lane.workflowId ?? 0n})`)
  return rows.reduce(
    (bits, row) => bits | pauseBits.numberOf(pauseBits.wordOf(int.read(row['bit']))),
    0,
  )
}
