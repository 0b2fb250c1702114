import type { JobId } from '@bp/contracts/ids'
import { eventSeq, isFinal } from '@bp/contracts/jobs'
import { stopReasons } from '@bp/contracts/leases'
import { insertRows } from '../insert-rows.ts'
import { lock } from '../lock.ts'
import { id, int } from '../row.ts'
import { list, sql } from '../sql.ts'
import { StatChanges } from '../stat.ts'
import type { Reader, Writer } from '../store.ts'
import { endWaiting } from './end-waiting.ts'
import type { JobChange } from './job-change.ts'
import { jobEvents, jobs as jobRows } from './rows.ts'
import type { JobRow } from './rows.ts'

const jobsMax = 200

/**
 * Acts on wishes to cancel: a waiting job ends here, a leased one is told to stop. Idempotent; answers what changed.
 * Claims do not write `job`, so a row may move between two tries here: what is left over is found again by the sweep, and each
 * end of a lease looks for a wish itself.
 */
export async function resolveCancel(
  writer: Writer,
  jobIds: readonly JobId[],
): Promise<readonly JobChange[]> {
  if (jobIds.length > jobsMax) throw new RangeError(`${jobIds.length} jobs; ${jobsMax} at most`)
  if (jobIds.length === 0) return []
  const rows = await writer.all(sql`
    SELECT ${jobRows.select('j')} FROM job_cancel c JOIN job j ON j.id = c.job_id
    WHERE c.job_id IN ${list([...jobIds])} ORDER BY c.job_id`)
  const asked = rows.map(row => jobRows.read(row, 'j')).filter(job => job.state === 'open')

  const stats = new StatChanges()
  const waiting = await endWaiting(writer, asked, { to: 'canceled', errorCode: null }, stats)
  const ended = new Set(
    waiting.filter(change => isFinal(change.status)).map(change => change.jobId),
  )
  const stopping: JobChange[] = []
  for (const job of asked.filter(one => !ended.has(one.id))) {
    stopping.push(...(await stopLease(writer, job)))
  }
  await stats.write(writer, 'loops')
  return [...waiting, ...stopping]
}

async function stopLease(writer: Writer, job: JobRow): Promise<readonly JobChange[]> {
  const lease = await writer.first(
    sql`SELECT epoch, stop FROM job_lease WHERE job_id = ${job.id} ${lock(writer, 'update')}`,
  )
  if (lease === undefined) return []
  if (stopReasons.wordOf(int.read(lease['stop'])) === 'canceled') return []
  const epoch = int.read(lease['epoch'])
  await writer.run(sql`
    UPDATE job_lease SET stop = ${stopReasons.numberOf('canceled')} WHERE job_id = ${job.id} AND epoch = ${epoch}`)
  const seq = eventSeq(epoch, 1)
  await insertRows(
    writer,
    jobEvents,
    [{ jobId: job.id, seq, kind: 'canceling', at: await writer.now(), data: null }],
    { ifAbsent: true },
  )
  const { userId, laneId, prio } = job
  return [{ jobId: job.id, userId, laneId, prio, status: 'canceling', kind: 'canceling', seq }]
}

/** Wishes that nobody has acted on yet (older than `olderThanMs`), for the sweep. Those whose lease was told already are left out. */
export async function openCancels(
  reader: Reader,
  options: { readonly olderThanMs: number; readonly limit: number },
): Promise<readonly JobId[]> {
  const rows = await reader.all(sql`
    SELECT c.job_id FROM job_cancel c LEFT JOIN job_lease l ON l.job_id = c.job_id
    WHERE c.asked_at < ${reader.nowMs} - ${options.olderThanMs}
      AND (l.job_id IS NULL OR l.stop <> ${stopReasons.numberOf('canceled')})
    ORDER BY c.job_id LIMIT ${options.limit}`)
  return rows.map(row => id<JobId>().read(row['job_id']))
}
