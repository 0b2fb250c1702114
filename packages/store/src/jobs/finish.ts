import type { WorkerId } from '@bp/contracts/ids'
import { jobStates } from '@bp/contracts/jobs'
import type { FinalStatus, JobStatus } from '@bp/contracts/jobs'
import { transition } from '@bp/domain/jobs/transition'
import { changeByKeys } from '../by-keys.ts'
import { StoreError } from '../failure.ts'
import { insertRows } from '../insert-rows.ts'
import { sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { StatChanges } from '../stat.ts'
import type { Writer } from '../store.ts'
import type { JobChange } from './job-change.ts'
import { failedJobs, jobEvents, jobResults } from './rows.ts'
import type { JobRow } from './rows.ts'

/** A job that ends for good. Its row is locked and its place row has been deleted by this transaction. */
export interface Finishing {
  readonly job: JobRow
  readonly from: JobStatus
  readonly to: FinalStatus
  readonly epoch: number
  readonly errorCode: string | null
  readonly losses?: number
  readonly interruptions?: number
  readonly startedAt?: number
  readonly workerId?: WorkerId
  /** JSON text of `job_result`. */
  readonly result?: string
  /** A result that came after the job had gone back to waiting. */
  readonly isLate?: boolean
}

/** Writes the final state of jobs, and what goes with it. A final job never changes again. */
export async function finishJobs(
  writer: Writer,
  endings: readonly Finishing[],
  now: number,
  stats: StatChanges,
): Promise<readonly JobChange[]> {
  if (endings.length === 0) return []
  const changes = endings.map(ending => changeOf(ending))
  const updates: Sql[] = endings.map(
    ending => sql`
      UPDATE job SET state = ${jobStates.numberOf(ending.to)}, final_epoch = ${ending.epoch}, finished_at = ${now},
        losses = ${ending.losses ?? ending.job.losses}, interruptions = ${ending.interruptions ?? ending.job.interruptions},
        first_started_at = ${ending.job.firstStartedAt ?? ending.startedAt ?? null},
        last_worker_id = ${ending.workerId ?? ending.job.lastWorkerId}, error_code = ${ending.errorCode}
      WHERE id = ${ending.job.id}`,
  )
  await writer.many(updates)
  await insertRows(
    writer,
    jobResults,
    endings.map(ending => ({
      jobId: ending.job.id,
      codec: 'bytes',
      body: ending.result ?? '{}',
    })),
  )
  await insertRows(
    writer,
    jobEvents,
    changes.map(change => ({
      jobId: change.jobId,
      seq: change.seq,
      kind: change.kind,
      at: now,
      data: null,
    })),
  )
  await insertRows(
    writer,
    failedJobs,
    endings
      .filter(ending => ending.to === 'failed')
      .map(({ job, errorCode }) => ({
        laneId: job.laneId,
        finishedAt: now,
        jobId: job.id,
        errorCode: errorCode ?? 'internal',
      })),
  )
  const byJob = (ending: Finishing): Sql => sql`job_id = ${ending.job.id}`
  await changeByKeys(writer, endings, byJob, where => sql`DELETE FROM job_cancel WHERE ${where}`)
  await changeByKeys(writer, endings, byJob, where => sql`DELETE FROM job_progress WHERE ${where}`)
  await changeByKeys(
    writer,
    endings.filter(ending => ending.job.deadlineAt > 0),
    ending => sql`at = ${ending.job.deadlineAt} AND job_id = ${ending.job.id}`,
    where => sql`DELETE FROM job_deadline WHERE ${where}`,
  )
  for (const ending of endings) stats.add(ending.job, { [ending.to]: 1 })
  return changes
}

function changeOf(ending: Finishing): JobChange {
  const { job } = ending
  const step = transition(ending.from, ending.to, ending.epoch, ending.isLate === true)
  if ('refused' in step) throw new StoreError('queue_invariant', step.refused)
  return {
    jobId: job.id,
    userId: job.userId,
    laneId: job.laneId,
    prio: job.prio,
    status: step.to,
    kind: step.event,
    seq: step.seq,
  }
}
