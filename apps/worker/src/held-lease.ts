import type { Progress } from '@bp/contracts/shapes/jobs'
/**
 * A lease in the agent's hands: when it runs out, how far its job is, and the signal that ends the job.
 * Expiry is counted on the monotonic clock from the moment the last good beat was *sent*: the backend counts from
 * when it got it, which is later, so ours always ends first.
 */
import type { Beat, Lease, LeaseKey } from '@bp/contracts/shapes/leases'

type BeatPhase = Beat['leases'][number]['phase']

/** Why a job must stop before its end. */
export type StopCause =
  /** Not ours any more, or not known whether it is: upload nothing, report nothing. */
  | { readonly kind: 'lost' }
  /** The backend asks: canceled by a person, past its deadline, or over its time. */
  | { readonly kind: 'asked'; readonly reason: string }
  /** It ran longer than `max_run_ms`, by our own clock. */
  | { readonly kind: 'over_time' }
  /** The agent ends now: give the job back. */
  | { readonly kind: 'shutdown' }

/** The reason of a stopped job's signal. */
export class LeaseStopped extends Error {
  readonly stop: StopCause
  constructor(stop: StopCause) {
    super(`the job was stopped: ${stop.kind}`)
    this.name = 'LeaseStopped'
    this.stop = stop
  }
}

export interface HeldLease {
  readonly lease: Lease
  readonly key: LeaseKey
  /** Aborts with a `LeaseStopped`. */
  readonly signal: AbortSignal
  phase(): BeatPhase
  progress(): Progress | null
  /** Monotonic ms at which it runs out unless a beat extends it. */
  expiresAt(): number
  extend(expiresAt: number): void
  report(phase: BeatPhase, progress?: Progress | null): void
  /** The first cause stands; later ones change nothing. */
  stop(cause: StopCause): void
}

/** Takes a lease into hand. `onReport` is called when phase or progress have changed. */
export function holdLease(lease: Lease, expiresAt: number, onReport: () => void): HeldLease {
  const stopper = new AbortController()
  let phase: BeatPhase = 'provisioning'
  let progress: Progress | null = null
  let ends = expiresAt
  return {
    lease,
    key: { job: lease.job, epoch: lease.epoch, secret: lease.secret },
    signal: stopper.signal,
    phase: () => phase,
    progress: () => progress,
    expiresAt: () => ends,
    extend: at => {
      ends = at
    },
    report: (nextPhase, nextProgress) => {
      phase = nextPhase
      if (nextProgress !== undefined) progress = nextProgress
      onReport()
    },
    stop: cause => stopper.abort(new LeaseStopped(cause)),
  }
}

/** The cause when a job's signal has fired, else undefined. */
export function stopOf(signal: AbortSignal): StopCause | undefined {
  const reason: unknown = signal.reason
  return signal.aborted && reason instanceof LeaseStopped ? reason.stop : undefined
}
