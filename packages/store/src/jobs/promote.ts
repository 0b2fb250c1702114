import { changeByKeys } from '../by-keys.ts'
import { byPrimaryKey, lock } from '../lock.ts'
import { sql } from '../sql.ts'
import { StatChanges } from '../stat.ts'
import type { Writer } from '../store.ts'
import { admit, admitHeld } from './admit.ts'
import { enteredChange } from './give-back.ts'
import type { JobChange } from './job-change.ts'
import { fleetsOfLanes } from './lane-fleets.ts'
import { lockLines, writeLines } from './lines.ts'
import { delayedJobs } from './rows.ts'
import { delayedMatch } from './waiting-match.ts'

/** Moves delayed jobs that are due to the ready line (or to held, when their user has no token left). At most `limit` (500). */
export async function promote(
  writer: Writer,
  options: { readonly limit: number },
): Promise<readonly JobChange[]> {
  const rows = await writer.all(sql`
    SELECT ${delayedJobs.select()} FROM job_delayed ${byPrimaryKey(writer)} WHERE due_at <= ${writer.nowMs}
    ORDER BY due_at, job_id LIMIT ${Math.min(500, options.limit)} ${lock(writer, 'skip')}`)
  if (rows.length === 0) return []
  const due = rows.map(row => delayedJobs.read(row))
  const fleetOf = await fleetsOfLanes(
    writer,
    due.map(job => job.laneId),
  )
  await changeByKeys(
    writer,
    due,
    delayedMatch,
    where => sql`DELETE FROM job_delayed WHERE ${where}`,
  )
  const now = await writer.now()
  const jobs = due.map(job => ({ ...job, fleetId: fleetOf(job.laneId), readyAt: now }))
  const lines = await lockLines(writer, jobs)
  const stats = new StatChanges()
  for (const job of jobs) stats.add(job, { dueLater: -1 })
  const ready = await admit(writer, jobs, lines, stats)
  const admitted = await admitHeld(writer, lines, now, stats)
  await writeLines(writer, lines)
  await stats.write(writer, 'loops')
  return [...jobs.filter(job => ready.has(job.jobId)), ...admitted].map(enteredChange)
}
