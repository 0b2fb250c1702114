import type { JobId, UserId, WorkerId } from '@bp/contracts/ids'
import type { JobPriority } from '@bp/contracts/jobs'

/** What is left until a deadline (`deadline_at`, 0 = none) as a lease tells it. */
export const deadlineIn = (deadlineAt: number, now: number): number | null =>
  deadlineAt === 0 ? null : Math.max(0, deadlineAt - now)

/** A lease as its worker is told of it. */
export interface Granted {
  readonly workerId: WorkerId
  readonly claimId: Buffer
  readonly jobId: JobId
  readonly userId: UserId
  readonly epoch: number
  readonly secret: Buffer
  /** 16 bytes: the prompt's UUID. */
  readonly runId: Buffer
  readonly laneId: number
  readonly prio: JobPriority
  readonly pass: number
  /** 1 for the first try: the epoch. */
  readonly attempt: number
  readonly expiresInMs: number
  /** The run may take this long from the grant on. */
  readonly runMsMax: number
  /** From now until the job's deadline, never below 0; null when it has none. */
  readonly deadlineInMs: number | null
  readonly leasedAt: number
}
