import { Buffer } from 'node:buffer'
import { attemptOutcomes } from '@bp/contracts/jobs'
import type { AttemptOutcome } from '@bp/contracts/jobs'
import { statusOf } from '@bp/domain/jobs/transition'
import { placeDelta } from '../jobs/end-waiting.ts'
import { finishJobs } from '../jobs/finish.ts'
import type { GivenBack } from '../jobs/give-back.ts'
import { fleetsOfLanes } from '../jobs/lane-fleets.ts'
import { leavePlace } from '../jobs/leave-place.ts'
import { lockJobs } from '../jobs/lock-jobs.ts'
import { jobAttempts, jobs } from '../jobs/rows.ts'
import type { AttemptRow, JobRow } from '../jobs/rows.ts'
import { sql } from '../sql.ts'
import type { StatChanges } from '../stat.ts'
import type { Writer } from '../store.ts'
import { insertOutputs } from './insert-outputs.ts'
import { codeOf, judgeEnd, outcomeOf } from './judge-end.ts'
import type { EndAnswer, LeaseEnd } from './lease-end.ts'
import { resultOf } from './result-doc.ts'

/**
 * Ends whose lease row is not there any more:
 *   final with our epoch and secret ─▶ `already`: the answer got lost
 *   our attempt ended the same way ──▶ `already`
 *   a result, and the job still waits with our epoch ─▶ accepted: finished work is not thrown away, and the fence is
 *                                                       still one deleted row
 *   else ─▶ `stale`, nothing changes
 */
export async function endLate(
  writer: Writer,
  ends: readonly LeaseEnd[],
  stats: StatChanges,
  random: () => number,
): Promise<{
  readonly answers: ReadonlyMap<LeaseEnd, EndAnswer>
  readonly given: readonly GivenBack[]
}> {
  const answers = new Map<LeaseEnd, EndAnswer>()
  const given: GivenBack[] = []
  for (const one of ends) {
    const found = await find(writer, one)
    if (found === undefined) {
      answers.set(one, { jobId: one.key.jobId, verdict: 'stale' })
      continue
    }
    const answer =
      (await acceptLate(writer, one, found, stats, given, random)) ?? repeatOf(one, found)
    answers.set(one, answer)
    if (answer.verdict === 'stale') stats.add(found.job, { stale: 1 })
  }
  return { answers, given }
}

interface Found {
  readonly job: JobRow
  readonly attempt: AttemptRow
}

/** The attempt of this key; the secret is compared in the SQL. */
async function find(writer: Writer, { key }: LeaseEnd): Promise<Found | undefined> {
  const theirs = key.workerId === undefined ? sql`` : sql`AND a.worker_id = ${key.workerId}`
  const row = await writer.first(sql`
    SELECT ${jobs.select('j')}, ${jobAttempts.select('a')}
    FROM job_attempt a JOIN job j ON j.id = a.job_id
    WHERE a.job_id = ${key.jobId} AND a.epoch = ${key.epoch} AND a.secret = ${Buffer.from(key.secret)} ${theirs}`)
  return row === undefined
    ? undefined
    : { job: jobs.read(row, 'j'), attempt: jobAttempts.read(row, 'a') }
}

const outcomeWhenRepeated: Readonly<Record<LeaseEnd['end']['kind'], AttemptOutcome>> = {
  succeeded: 'succeeded',
  job_fault: 'failed',
  infrastructure: 'infrastructure',
  released: 'released',
  lost: 'lost',
  deadline: 'expired',
  timed_out: 'timed_out',
}

function repeatOf(one: LeaseEnd, { job, attempt }: Found): EndAnswer {
  const jobId = job.id
  if (job.state !== 'open') {
    return job.finalEpoch === one.key.epoch
      ? { jobId, verdict: 'already', status: job.state }
      : { jobId, verdict: 'stale' }
  }
  return attempt.outcome === outcomeWhenRepeated[one.end.kind]
    ? { jobId, verdict: 'already', status: 'queued' }
    : { jobId, verdict: 'stale' }
}

async function acceptLate(
  writer: Writer,
  one: LeaseEnd,
  found: Found,
  stats: StatChanges,
  given: GivenBack[],
  random: () => number,
): Promise<EndAnswer | undefined> {
  if (one.end.kind !== 'succeeded' || found.job.state !== 'open') return undefined
  const fleetId = (await fleetsOfLanes(writer, [found.job.laneId]))(found.job.laneId)
  const left = await leavePlace(writer, found.job, fleetId, one.key.epoch)
  if (left === undefined) return undefined

  const locked = await lockJobs(writer, [found.job.id])
  const job = locked.jobs.get(found.job.id)
  if (job === undefined) return undefined
  const now = await writer.now()
  const { workerId } = found.attempt
  const cancelAsked = locked.cancelAsked.has(job.id)
  const next = judgeEnd(one.end, { job, cancelAsked, workerId, announced: false, now, random })
  const isSuccess = next.to === 'succeeded'
  const outputs = isSuccess
    ? one.end.outputs.map(output => ({ ...output, assetId: output.assetId ?? writer.ids.next() }))
    : []
  await insertOutputs(writer, [{ job, outputs }])
  await writer.run(sql`
    UPDATE job_attempt SET outcome = ${attemptOutcomes.numberOf(outcomeOf(one.end, next))}, code = ${codeOf(one.end)}, ended_at = ${now}
    WHERE job_id = ${job.id} AND epoch = ${one.key.epoch}`)
  stats.add(job, placeDelta(left))
  const [changed] = await finishJobs(
    writer,
    [
      {
        job,
        from: statusOf({ state: 'open', hasLease: false, cancelAsked }),
        to: isSuccess ? 'succeeded' : 'canceled',
        epoch: one.key.epoch,
        errorCode: null,
        startedAt: found.attempt.leasedAt,
        workerId,
        result: resultOf(one.end, null, outputs),
        isLate: true,
      },
    ],
    now,
    stats,
  )
  given.push({ ...job, fleetId, place: left.place })
  return changed === undefined
    ? undefined
    : { jobId: job.id, verdict: 'accepted', status: changed.status, changed, workerId }
}
