import { int } from '../row.ts'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'

/** How many jobs of a fleet ended how, ever. They only grow, so two looks tell what happened between. */
export interface Totals {
  readonly succeeded: number
  readonly failed: number
  /** Leases that ended without an answer. */
  readonly lost: number
}

export async function totals(reader: Reader, fleetId: number): Promise<Totals> {
  const row = await reader.first(sql`
    SELECT COALESCE(SUM(s.succeeded), 0) AS succeeded, COALESCE(SUM(s.failed), 0) AS failed,
      COALESCE(SUM(s.lost), 0) AS lost
    FROM lane n JOIN stat s ON s.lane_id = n.id WHERE n.fleet_id = ${fleetId}`)
  return {
    succeeded: int.read(row?.['succeeded'] ?? 0),
    failed: int.read(row?.['failed'] ?? 0),
    lost: int.read(row?.['lost'] ?? 0),
  }
}
