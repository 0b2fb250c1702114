import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { fleets } from './rows.ts'
import type { FleetRow } from './rows.ts'

/** All fleets that exist, `none` left out, by stage and slug. */
export async function list(reader: Reader): Promise<readonly FleetRow[]> {
  const rows = await reader.all(sql`
    SELECT ${fleets.select()} FROM fleet WHERE destroyed_at IS NULL AND slug <> 'none'
    ORDER BY stage, slug LIMIT 1000`)
  return rows.map(row => fleets.read(row))
}
