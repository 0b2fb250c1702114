import type { WorkerId } from '@bp/contracts/ids'
import { drainReasons } from '@bp/contracts/workers'
import type { Next } from '@bp/domain/jobs/after-end'
import { StoreError } from '../failure.ts'
import { giveBack } from '../jobs/give-back.ts'
import type { GivenBack } from '../jobs/give-back.ts'
import { fleetsOfLanes } from '../jobs/lane-fleets.ts'
import { lockJobs } from '../jobs/lock-jobs.ts'
import type { JobRow } from '../jobs/rows.ts'
import { id } from '../row.ts'
import { list, sql } from '../sql.ts'
import { StatChanges } from '../stat.ts'
import type { Reader, Writer } from '../store.ts'
import type { IdentifiedOutput } from './insert-outputs.ts'
import { judgeEnd } from './judge-end.ts'
import { endLate } from './late-end.ts'
import type { EndAnswer, Ended, EndKind, LeaseEnd } from './lease-end.ts'
import type { LeaseRow } from './rows.ts'
import { takeLeases } from './take-leases.ts'
import { writeEnds } from './write-ends.ts'
import type { Ending } from './write-ends.ts'

const endsMax = 64

/**
 * Ends leases: complete, fail, release and lost are one. Deleting the lease row is the fence: who deletes it owns the job's end; a late
 * answer finds nothing. `domain/jobs/after-end` decides what follows. A repeated end is `already`; a late result of a job that still waits
 * with the same epoch is accepted. At most 64.
 */
export async function end(
  writer: Writer,
  ends: readonly LeaseEnd[],
  options: { readonly random?: () => number } = {},
): Promise<Ended> {
  if (ends.length > endsMax) throw new RangeError(`${ends.length} ends; ${endsMax} at most`)
  if (ends.length === 0) return { answers: [], admitted: [] }
  const random = options.random ?? Math.random
  const stats = new StatChanges()
  const answers = new Map<LeaseEnd, EndAnswer>()
  const given: GivenBack[] = []

  const taken = await takeLeases(writer, ends)
  const late = ends.filter(one => !taken.has(one))
  const lateEnds = await endLate(writer, late, stats, random)
  for (const [one, answer] of lateEnds.answers) answers.set(one, answer)
  given.push(...lateEnds.given)

  const endings = await judge(writer, taken, random)
  const fleetOf = await fleetsOfLanes(
    writer,
    [...endings.values()].map(ending => ending.lease.laneId),
  )
  const now = await writer.now()
  const changes = await writeEnds(writer, [...endings.values()], now, stats)
  for (const [one, ending] of endings) {
    const changed = changes.get(ending.job.id)
    if (changed === undefined)
      throw new StoreError('queue_invariant', 'an ended lease changed nothing')
    const { workerId } = ending.lease
    answers.set(one, {
      jobId: ending.job.id,
      verdict: 'accepted',
      status: changed.status,
      changed,
      workerId,
    })
    // A released job keeps its token: it stands in the ready line again.
    if (ending.next.to !== 'ready') {
      given.push({ ...ending.job, fleetId: fleetOf(ending.lease.laneId), place: 'lease' })
    }
  }
  const admitted = await giveBack(writer, given, now, stats)
  await stats.write(writer, 'end')
  return {
    answers: ends.map(one => answers.get(one) ?? { jobId: one.key.jobId, verdict: 'stale' }),
    admitted,
  }
}

async function judge(
  writer: Writer,
  taken: ReadonlyMap<LeaseEnd, LeaseRow>,
  random: () => number,
): Promise<ReadonlyMap<LeaseEnd, Ending>> {
  const locked = await lockJobs(
    writer,
    [...taken.values()].map(lease => lease.jobId),
  )
  const announced = await announcedWorkers(writer, taken)
  const now = await writer.now()
  const endings = new Map<LeaseEnd, Ending>()
  for (const [one, lease] of taken) {
    const job = locked.jobs.get(lease.jobId)
    if (job === undefined || job.state !== 'open') {
      throw new StoreError('queue_invariant', `a lease of job ${lease.jobId}, which is not open`)
    }
    const cancelAsked = locked.cancelAsked.has(lease.jobId)
    const { workerId } = lease
    const kind = atDeadline(one.end, lease, job) ? { kind: 'deadline' as const } : one.end
    const next = judgeEnd(kind, {
      job,
      cancelAsked,
      workerId,
      announced: announced.has(workerId),
      now,
      random,
    })
    const outputs = identified(writer, kind, next)
    endings.set(one, { end: kind, lease, job, next, cancelAsked, outputs })
  }
  return endings
}

/**
 * Did the deadline end it? A worker that was told to stop for it may say what it likes, unless it made it; one that stopped
 * by its own clock, before any loop of ours has looked, says so itself.
 */
function atDeadline(how: EndKind, lease: LeaseRow, job: JobRow): boolean {
  if (how.kind === 'succeeded') return false
  if (lease.stop === 'deadline') return true
  return job.deadlineAt > 0 && how.kind === 'job_fault' && how.code === 'deadline_exceeded'
}

/** Outputs count only when the job succeeds; those of a canceled job age out of the object store. */
function identified(writer: Writer, kind: EndKind, next: Next): readonly IdentifiedOutput[] {
  if (kind.kind !== 'succeeded' || next.to !== 'succeeded') return []
  return kind.outputs.map(output => ({ ...output, assetId: output.assetId ?? writer.ids.next() }))
}

/** Workers of lost leases that had said they would be interrupted: draining for Spot or a shutdown. */
async function announcedWorkers(
  reader: Reader,
  taken: ReadonlyMap<LeaseEnd, LeaseRow>,
): Promise<ReadonlySet<bigint>> {
  const lost = [...taken].filter(([one]) => one.end.kind === 'lost')
  if (lost.length === 0) return new Set()
  const ids = [...new Set(lost.map(([, lease]) => lease.workerId))]
  const rows = await reader.all(sql`
    SELECT w.id AS id FROM worker w LEFT JOIN worker_live v ON v.worker_id = w.id
    WHERE w.id IN ${list(ids)} AND (w.drain_reason IN (${drainReasons.numberOf('spot')}, ${drainReasons.numberOf('shutdown')})
      OR v.spot_deadline IS NOT NULL)`)
  return new Set(rows.map(row => id<WorkerId>().read(row['id'])))
}
