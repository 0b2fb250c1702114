/**
 * What follows the end of an attempt. Who is to blame decides:
 *
 *   cancel intent ─────────────▶ canceled, whatever the end was
 *   succeeded ─────────────────▶ succeeded
 *   job_fault, timed_out ──────▶ failed, at once
 *   infrastructure, lost ──────▶ delayed (backoff, another worker), past the bound failed `worker_lost`
 *   released, announced loss ──▶ ready at its old place, past the bound it counts as a loss
 *   deadline ──────────────────▶ expired
 */
import type { WorkerId } from '@bp/contracts/ids'
import type { JobErrorCode } from '@bp/contracts/jobs'
import type { InfrastructureCode, ReleaseReason } from '@bp/contracts/leases'
import { limits } from '@bp/contracts/limits'

export interface JobFacts {
  /** Somebody has asked to cancel the job. */
  readonly cancelAsked: boolean
  /** Unannounced losses so far, and how many the job may have (0 for a submit that said `retry: false`). */
  readonly losses: number
  readonly lossesMax: number
  readonly interruptions: number
}

export type End =
  | { readonly kind: 'succeeded' }
  /** The worker blames the job itself. */
  | { readonly kind: 'job_fault'; readonly code: JobErrorCode }
  | {
      readonly kind: 'infrastructure'
      readonly code: InfrastructureCode
      readonly workerId: WorkerId
    }
  /** The lease ran out. `announced`: the worker had said before that it would be interrupted. */
  | { readonly kind: 'lost'; readonly workerId: WorkerId; readonly announced: boolean }
  | { readonly kind: 'released'; readonly reason: ReleaseReason; readonly workerId: WorkerId }
  | { readonly kind: 'deadline' }
  /** It ran longer than its `run_ms_max`. */
  | { readonly kind: 'timed_out' }

export type Next =
  | { readonly to: 'succeeded' }
  | { readonly to: 'canceled' }
  | { readonly to: 'failed'; readonly code: JobErrorCode; readonly losses: number }
  | { readonly to: 'expired'; readonly code: 'deadline_exceeded' }
  /** Back to its old place in the line, uncounted. */
  | { readonly to: 'ready'; readonly interruptions: number }
  /** Waits until `dueAtMs`, then another worker than `avoidWorkerId` should take it. */
  | {
      readonly to: 'delayed'
      readonly losses: number
      readonly interruptions: number
      readonly dueAtMs: number
      readonly avoidWorkerId: WorkerId
    }

const backoffMsMax = 60_000
const backoffMsBase = 2_000

/**
 * What follows an end. Our machines cost the job nothing, its own faults are final.
 * `nowMs` is the database's clock; `random` gives 0 ≤ x < 1 and spreads the repeats.
 */
export function afterEnd(job: JobFacts, end: End, nowMs: number, random: () => number): Next {
  if (job.cancelAsked) return { to: 'canceled' } // the person has said so
  switch (end.kind) {
    case 'succeeded':
      return { to: 'succeeded' }
    case 'job_fault':
      return { to: 'failed', code: end.code, losses: job.losses }
    case 'timed_out':
      return { to: 'failed', code: 'timed_out', losses: job.losses }
    case 'deadline':
      return { to: 'expired', code: 'deadline_exceeded' }
    case 'infrastructure':
      return afterLoss(job, end.workerId, job.interruptions, nowMs, random)
    case 'lost':
      return end.announced
        ? afterInterruption(job, end.workerId, nowMs, random)
        : afterLoss(job, end.workerId, job.interruptions, nowMs, random)
    case 'released':
      return afterInterruption(job, end.workerId, nowMs, random)
  }
}

function afterInterruption(
  job: JobFacts,
  workerId: WorkerId,
  nowMs: number,
  random: () => number,
): Next {
  const interruptions = job.interruptions + 1
  // Without this bound a job that somehow makes every worker give it back would wander for ever.
  if (interruptions > limits.interruptionsMax)
    return afterLoss(job, workerId, interruptions, nowMs, random)
  return { to: 'ready', interruptions }
}

function afterLoss(
  job: JobFacts,
  workerId: WorkerId,
  interruptions: number,
  nowMs: number,
  random: () => number,
): Next {
  const losses = job.losses + 1
  // This bound stops a poison job from travelling through the fleet for ever.
  if (losses > job.lossesMax) return { to: 'failed', code: 'worker_lost', losses }
  const backoffMs = Math.min(backoffMsMax, backoffMsBase * 2 ** losses) * (0.5 + random() / 2)
  return {
    to: 'delayed',
    losses,
    interruptions,
    dueAtMs: nowMs + Math.round(backoffMs),
    avoidWorkerId: workerId,
  }
}
