import type { JobId } from '@bp/contracts/ids'
import { isFinal } from '@bp/contracts/jobs'
import { stopReasons } from '@bp/contracts/leases'
import { changeByKeys } from '../by-keys.ts'
import { sql } from '../sql.ts'
import { StatChanges } from '../stat.ts'
import type { Writer } from '../store.ts'
import { endWaiting } from './end-waiting.ts'
import type { JobChange } from './job-change.ts'
import { jobDeadlines, jobs as jobRows } from './rows.ts'

/**
 * Ends waiting jobs whose deadline has passed, tells leased ones to stop. At most `limit` (500).
 * The due rows are read without a lock and deleted last: place rows come first in the order of locks, and two loops are harmless.
 */
export async function expire(
  writer: Writer,
  options: { readonly limit: number },
): Promise<readonly JobChange[]> {
  const rows = await writer.all(sql`
    SELECT d.at AS d_at, d.job_id AS d_job_id, ${jobRows.select('j')}
    FROM job_deadline d JOIN job j ON j.id = d.job_id
    WHERE d.at <= ${writer.nowMs} ORDER BY d.at, d.job_id LIMIT ${Math.min(500, options.limit)}`)
  if (rows.length === 0) return []
  const due = rows.map(row => ({ ...jobDeadlines.read(row, 'd'), job: jobRows.read(row, 'j') }))
  const open = due.filter(one => one.job.state === 'open').map(one => one.job)

  const stats = new StatChanges()
  const changes = await endWaiting(
    writer,
    open,
    { to: 'expired', errorCode: 'deadline_exceeded' },
    stats,
  )
  // Only those that ended: a job admitted meanwhile may have a passed deadline of its own.
  const ended = new Set<JobId>(
    changes.filter(change => isFinal(change.status)).map(change => change.jobId),
  )
  const told = new Set<JobId>()
  for (const job of open.filter(one => !ended.has(one.id))) {
    // A cancel that was asked for stays the reason.
    const found = await writer.run(sql`
      UPDATE job_lease SET stop = CASE WHEN stop = 0 THEN ${stopReasons.numberOf('deadline')} ELSE stop END
      WHERE job_id = ${job.id}`)
    if (found > 0) told.add(job.id)
  }
  // One that was on its way between two places is met again at the next tick.
  const settled = due.filter(
    one => one.job.state !== 'open' || ended.has(one.jobId) || told.has(one.jobId),
  )
  await changeByKeys(
    writer,
    settled,
    one => sql`at = ${one.at} AND job_id = ${one.jobId}`,
    where => sql`DELETE FROM job_deadline WHERE ${where}`,
  )
  await stats.write(writer, 'loops')
  return changes
}
