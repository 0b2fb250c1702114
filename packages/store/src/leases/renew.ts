import { Buffer } from 'node:buffer'
import type { JobId, UserId, WorkerId } from '@bp/contracts/ids'
import { jobPhases } from '@bp/contracts/jobs'
import type { JobPhase } from '@bp/contracts/jobs'
import type { StopReason } from '@bp/contracts/leases'
import { limits } from '@bp/contracts/limits'
import { changeByKeys, rowsByKeys } from '../by-keys.ts'
import { onConflict } from '../insert-rows.ts'
import { int } from '../row.ts'
import { sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { inLockOrder, leaseMatch } from './lease-match.ts'
import { leases } from './rows.ts'
import type { LeaseRow } from './rows.ts'

const beatsMax = 500

export interface Beat {
  readonly jobId: JobId
  readonly epoch: number
  readonly secret: Uint8Array
  readonly workerId: WorkerId
  readonly phase?: JobPhase
  /** 0 … 10,000. */
  readonly progress?: number
  /** JSON text for the job's page, ≤ 1,024 characters; given at most once per 2 s and job. */
  readonly data?: string
}

export type BeatAnswer =
  | {
      readonly verdict: 'ok'
      readonly jobId: JobId
      readonly userId: UserId
      readonly expiresInMs: number
    }
  | {
      readonly verdict: 'cancel'
      readonly jobId: JobId
      readonly userId: UserId
      readonly reason: Exclude<StopReason, 'none'>
      readonly expiresInMs: number
    }
  | { readonly verdict: 'lost'; readonly jobId: JobId; readonly expiresInMs: 0 }

/**
 * Extends leases from now on, never from the old expiry, never past their longest run. Answers in the order of `beats`;
 * at most 500. An expired lease that nobody has swept is extended: its row is there, so nobody else has the job.
 */
export async function renew(
  writer: Writer,
  beats: readonly Beat[],
  options: { readonly ttlMs?: number } = {},
): Promise<readonly BeatAnswer[]> {
  if (beats.length > beatsMax) throw new RangeError(`${beats.length} beats; ${beatsMax} at most`)
  if (beats.length === 0) return []
  const ttlMs = options.ttlMs ?? limits.leaseMs
  const sorted = inLockOrder(beats, beat => beat)
  const wanted = sql`${writer.nowMs} + ${ttlMs}`
  await changeByKeys(
    writer,
    sorted,
    leaseMatch,
    where => sql`
      UPDATE job_lease SET expires_at = CASE WHEN stop_at < ${wanted} THEN stop_at ELSE ${wanted} END
      WHERE ${where}`,
  )
  const rows = await rowsByKeys(
    writer,
    sorted,
    leaseMatch,
    where =>
      sql`SELECT ${leases.select()}, ${writer.nowMs} AS now_ms FROM job_lease WHERE ${where}`,
  )
  const held = new Map<JobId, { lease: LeaseRow; now: number }>()
  for (const row of rows) {
    const lease = leases.read(row)
    held.set(lease.jobId, { lease, now: int.read(row['now_ms']) })
  }
  const heldBy = (beat: Beat) => {
    const found = held.get(beat.jobId)
    const isTheirs =
      found !== undefined &&
      found.lease.epoch === beat.epoch &&
      found.lease.secret.equals(Buffer.from(beat.secret))
    return isTheirs ? found : undefined
  }
  await report(
    writer,
    sorted.filter(beat => heldBy(beat) !== undefined),
  )
  return beats.map(beat => {
    const found = heldBy(beat)
    return found === undefined
      ? { verdict: 'lost', jobId: beat.jobId, expiresInMs: 0 }
      : answerOf(found.lease, found.now)
  })
}

function answerOf(lease: LeaseRow, now: number): BeatAnswer {
  const { jobId, userId } = lease
  const expiresInMs = Math.max(0, lease.expiresAt - now)
  if (lease.stop !== 'none') {
    return { verdict: 'cancel', jobId, userId, reason: lease.stop, expiresInMs }
  }
  // A hung job cannot beat for ever.
  if (now >= lease.stopAt)
    return { verdict: 'cancel', jobId, userId, reason: 'over_time', expiresInMs }
  return { verdict: 'ok', jobId, userId, expiresInMs }
}

/** Phase, progress and report of those that sent one. Only leases that were just found live come here. */
async function report(writer: Writer, beats: readonly Beat[]): Promise<void> {
  const statements: Sql[] = []
  for (const beat of beats) {
    if (beat.phase === undefined && beat.progress === undefined) continue
    const phase = beat.phase === undefined ? sql`phase` : sql`${jobPhases.numberOf(beat.phase)}`
    const progress = beat.progress === undefined ? sql`progress` : sql`${beat.progress}`
    statements.push(
      sql`UPDATE job_lease SET phase = ${phase}, progress = ${progress} WHERE ${leaseMatch(beat)}`,
    )
  }
  for (const beat of beats) {
    if (beat.data === undefined) continue
    statements.push(sql`
      INSERT INTO job_progress (job_id, epoch, at, data)
      VALUES (${beat.jobId}, ${beat.epoch}, ${writer.nowMs}, ${beat.data})
      ${onConflict(writer, 'job_id', ['epoch', 'at', 'data'])}`)
  }
  await writer.many(statements)
}
