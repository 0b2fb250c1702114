import type { JobId } from '@bp/contracts/ids'
import type { FinalStatus } from '@bp/contracts/jobs'
import type { Next } from '@bp/domain/jobs/after-end'
import { statusOf, transition } from '@bp/domain/jobs/transition'
import { StoreError } from '../failure.ts'
import { insertRows } from '../insert-rows.ts'
import { finishJobs } from '../jobs/finish.ts'
import type { Finishing } from '../jobs/finish.ts'
import type { JobChange } from '../jobs/job-change.ts'
import { delayedJobs, jobAttempts, jobEvents, readyJobs } from '../jobs/rows.ts'
import type { JobRow, WaitingRow } from '../jobs/rows.ts'
import { noId } from '../row.ts'
import { list, sql } from '../sql.ts'
import type { StatChanges } from '../stat.ts'
import type { Writer } from '../store.ts'
import { insertOutputs } from './insert-outputs.ts'
import type { IdentifiedOutput } from './insert-outputs.ts'
import { codeOf, outcomeOf } from './judge-end.ts'
import type { EndKind } from './lease-end.ts'
import { resultOf } from './result-doc.ts'
import type { LeaseRow } from './rows.ts'

/** A lease that its transaction has taken away, with what follows. */
export interface Ending {
  readonly end: EndKind
  readonly lease: LeaseRow
  readonly job: JobRow
  readonly next: Next
  readonly cancelAsked: boolean
  readonly outputs: readonly IdentifiedOutput[]
}

/** Writes what follows these ends: attempts, results, events, and the places of jobs that go on. Answers the change of each job. */
export async function writeEnds(
  writer: Writer,
  endings: readonly Ending[],
  now: number,
  stats: StatChanges,
): Promise<ReadonlyMap<JobId, JobChange>> {
  const changes = new Map<JobId, JobChange>()
  await insertRows(
    writer,
    jobAttempts,
    endings.map(({ end, lease, job, next }) => ({
      ...lease,
      endedAt: now,
      outcome: outcomeOf(end, next),
      counted: 'losses' in next && next.losses > job.losses,
      code: codeOf(end),
    })),
  )
  for (const { end, lease, next } of endings) {
    stats.add(lease, { leased: -1 })
    if (end.kind === 'lost' || end.kind === 'infrastructure') stats.add(lease, { lost: 1 })
    if (next.to === 'ready') stats.add(lease, { released: 1 })
  }

  const final = endings.flatMap(finishingOf)
  await insertOutputs(writer, endings)
  for (const change of await finishJobs(writer, final, now, stats))
    changes.set(change.jobId, change)
  for (const change of await requeue(writer, endings, now, stats)) changes.set(change.jobId, change)
  return changes
}

function finishingOf(ending: Ending): readonly Finishing[] {
  const { next, lease, job, end, cancelAsked, outputs } = ending
  if (next.to === 'ready' || next.to === 'delayed') return []
  const to: FinalStatus = next.to
  const errorCode = 'code' in next ? next.code : null
  return [
    {
      job,
      from: statusOf({ state: 'open', hasLease: true, cancelAsked }),
      to,
      epoch: lease.epoch,
      errorCode,
      ...('losses' in next ? { losses: next.losses } : {}),
      startedAt: lease.leasedAt,
      workerId: lease.workerId,
      result: resultOf(end, errorCode, outputs),
    },
  ]
}

/** Jobs that go on: back to their old place, or into a backoff. The epoch stays; the next grant raises it. */
async function requeue(
  writer: Writer,
  endings: readonly Ending[],
  now: number,
  stats: StatChanges,
): Promise<readonly JobChange[]> {
  const back = endings.flatMap(ending => {
    const { next } = ending
    return next.to === 'ready' || next.to === 'delayed' ? [{ ...ending, next }] : []
  })
  if (back.length === 0) return []
  const waiting = back.map(({ lease, job, next }) => ({
    next,
    row: {
      laneId: lease.laneId,
      prio: lease.prio,
      pass: lease.pass,
      jobId: lease.jobId,
      userId: lease.userId,
      modelSetId: lease.modelSetId,
      epoch: lease.epoch,
      avoidWorkerId: next.to === 'delayed' ? next.avoidWorkerId : noId(),
      costMs: lease.costMs,
      runMsMax: job.runMsMax,
      deadlineAt: job.deadlineAt,
      readyAt: now,
    } satisfies WaitingRow,
  }))
  await writer.many(
    back.map(
      ({ job, lease, next }) => sql`
        UPDATE job SET interruptions = ${next.interruptions}, losses = ${next.to === 'delayed' ? next.losses : job.losses},
          first_started_at = ${job.firstStartedAt ?? lease.leasedAt}, last_worker_id = ${lease.workerId}
        WHERE id = ${job.id}`,
    ),
  )
  await insertRows(
    writer,
    readyJobs,
    waiting.filter(one => one.next.to === 'ready').map(one => one.row),
  )
  await insertRows(
    writer,
    delayedJobs,
    waiting.flatMap(({ next, row }) =>
      next.to === 'delayed' ? [{ ...row, dueAt: next.dueAtMs, reason: 'backoff' as const }] : [],
    ),
  )
  for (const { next, row } of waiting) {
    stats.add(row, next.to === 'ready' ? { ready: 1, readyMs: row.costMs } : { dueLater: 1 })
  }
  const changes = back.map(({ lease, next, job }): JobChange => {
    const step = transition('running', 'queued', lease.epoch)
    if ('refused' in step) throw new StoreError('queue_invariant', step.refused)
    const { userId, laneId, prio } = lease
    const change = {
      jobId: job.id,
      userId,
      laneId,
      prio,
      status: step.to,
      kind: step.event,
      seq: step.seq,
    }
    return next.to === 'ready' ? { ...change, readyPass: lease.pass } : change
  })
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
  await writer.run(
    sql`DELETE FROM job_progress WHERE job_id IN ${list(back.map(one => one.job.id))}`,
  )
  return changes
}
