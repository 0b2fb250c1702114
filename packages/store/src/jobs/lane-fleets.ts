import { int } from '../row.ts'
import { list, sql } from '../sql.ts'
import type { Reader } from '../store.ts'

/** The fleet of each of these lanes. Lanes never change their fleet, so nothing is locked. */
export async function fleetsOfLanes(
  reader: Reader,
  laneIds: readonly number[],
): Promise<(laneId: number) => number> {
  const unique = [...new Set(laneIds)]
  const rows =
    unique.length === 0
      ? []
      : await reader.all(sql`SELECT id, fleet_id FROM lane WHERE id IN ${list(unique)}`)
  const fleets = new Map(rows.map(row => [int.read(row['id']), int.read(row['fleet_id'])]))
  return laneId => {
    const fleetId = fleets.get(laneId)
    if (fleetId === undefined) throw new Error(`lane ${laneId} does not exist`)
    return fleetId
  }
}
