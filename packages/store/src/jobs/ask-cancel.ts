import type { JobId, UserId } from '@bp/contracts/ids'
import { insertRows } from '../insert-rows.ts'
import { lock } from '../lock.ts'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { jobCancels, jobs } from './rows.ts'
import type { JobRow } from './rows.ts'

/**
 * Writes the wish to cancel. `owner` undefined = an admin asks. Answers the job as it stands (final jobs unchanged), or undefined
 * when there is none. A second transaction, `resolveCancel`, acts on the wish; if nobody does, the sweep does.
 */
export async function askCancel(
  writer: Writer,
  intent: { readonly jobId: JobId; readonly owner?: UserId; readonly by: UserId },
): Promise<JobRow | undefined> {
  const owned = intent.owner === undefined ? sql`` : sql`AND user_id = ${intent.owner}`
  const row = await writer.first(
    sql`SELECT ${jobs.select()} FROM job WHERE id = ${intent.jobId} ${owned} ${lock(writer, 'update')}`,
  )
  if (row === undefined) return undefined
  const job = jobs.read(row)
  if (job.state !== 'open' || job.cancelAt !== null) return job

  const now = await writer.now()
  await writer.run(sql`UPDATE job SET cancel_at = ${now} WHERE id = ${job.id}`)
  await insertRows(writer, jobCancels, [{ jobId: job.id, askedAt: now, askedBy: intent.by }], {
    ifAbsent: true,
  })
  return { ...job, cancelAt: now }
}
