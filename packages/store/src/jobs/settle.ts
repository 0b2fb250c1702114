import type { UserId } from '@bp/contracts/ids'
import { jobPriorities } from '@bp/contracts/jobs'
import { id, int } from '../row.ts'
import { sql } from '../sql.ts'
import { StatChanges } from '../stat.ts'
import type { Writer } from '../store.ts'
import { admitHeld } from './admit.ts'
import { enteredChange } from './give-back.ts'
import type { JobChange } from './job-change.ts'
import { lockLines, writeLines } from './lines.ts'

/** Admits held jobs of users that have tokens again (a raised limit, a missed return). At most `limit` users. */
export async function settle(
  writer: Writer,
  options: { readonly limit: number },
): Promise<readonly JobChange[]> {
  const rows = await writer.all(sql`
    SELECT fleet_id, user_id, prio FROM fleet_user
    WHERE held > 0 AND (max_active IS NULL OR active < max_active) LIMIT ${options.limit}`)
  if (rows.length === 0) return []
  const lines = await lockLines(
    writer,
    rows.map(row => ({
      fleetId: int.read(row['fleet_id']),
      userId: id<UserId>().read(row['user_id']),
      prio: jobPriorities.wordOf(int.read(row['prio'])),
    })),
  )
  const stats = new StatChanges()
  const admitted = await admitHeld(writer, lines, await writer.now(), stats)
  await writeLines(writer, lines)
  await stats.write(writer, 'loops')
  return admitted.map(enteredChange)
}
