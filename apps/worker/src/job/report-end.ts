/**
 * Tells the backend how a lease ended, again and again until it has answered: the call is safe to repeat, and only
 * its answer ends the lease. `stale` means somebody else has the job; nothing is left to do then but to drop our copies.
 */
import { ApiProblem } from '@bp/client'
import type { EndVerdict, ReleaseReason } from '@bp/contracts/leases'
import { limits } from '@bp/contracts/limits'
import type { DeliveredOutput, EndAnswer, LeaseKey } from '@bp/contracts/shapes/leases'
import type { HeldLease } from '../held-lease.ts'
import { reasonOf, type Log } from '../log.ts'
import { callMs, type Plane } from '../plane.ts'
import { backoffMs, pause } from '../waiting.ts'
import type { Failure } from './failure.ts'

export type JobEnd =
  | {
      readonly kind: 'complete'
      readonly outputs: DeliveredOutput[]
      readonly timings: { load_ms: number; run_ms: number; upload_ms: number }
    }
  | { readonly kind: 'fail'; readonly failure: Failure }
  | { readonly kind: 'release'; readonly reason: ReleaseReason }

/** `unanswered`: the backend stayed away past every hope; its sweep will find the lease. */
export type EndReport =
  | { readonly verdict: EndVerdict; readonly problem: string | null }
  | { readonly verdict: 'unanswered' }

/**
 * While the backend is away nobody else is given the job, so a report is still worth something a while after the
 * lease has run out; fencing makes a late one harmless.
 */
const pastExpiryMs = 2 * limits.leaseMs

export async function reportEnd(
  held: HeldLease,
  end: JobEnd,
  { plane, log }: { readonly plane: Plane; readonly log: Log },
): Promise<EndReport> {
  for (let tries = 0; ; tries++) {
    try {
      const answer = await send(plane, held.key, end)
      const row = answer.leases[0]
      if (row !== undefined) return { verdict: row.verdict, problem: row.problem }
    } catch (error) {
      if (tries === 0)
        log.warn('end.unanswered', { job: held.key.job, end: end.kind, reason: reasonOf(error) })
      // Refused for good: a repeat of the very same words will not be taken either.
      if (error instanceof ApiProblem && error.status < 500 && error.status !== 429)
        return { verdict: 'stale', problem: error.code }
    }
    const waitMs = backoffMs(tries, 100, 3_000)
    if (performance.now() + waitMs > held.expiresAt() + pastExpiryMs)
      return { verdict: 'unanswered' }
    await pause(waitMs)
  }
}

function send(plane: Plane, key: LeaseKey, end: JobEnd): Promise<EndAnswer> {
  const limit = { timeoutMs: callMs.end }
  switch (end.kind) {
    case 'complete':
      return plane.leases.complete({
        body: { leases: [{ ...key, outputs: end.outputs, timings: end.timings }] },
        ...limit,
      })
    case 'fail':
      return plane.leases.fail({ body: { leases: [{ ...key, failure: end.failure }] }, ...limit })
    case 'release':
      return plane.leases.release({ body: { leases: [{ ...key, reason: end.reason }] }, ...limit })
  }
}
