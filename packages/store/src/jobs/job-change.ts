import type { JobId, UserId } from '@bp/contracts/ids'
import type { JobEventKind, JobPriority, JobStatus } from '@bp/contracts/jobs'

/** What a transaction has changed about one job: the stuff of hints, live events and metrics, sent after the commit. */
export interface JobChange {
  readonly jobId: JobId
  readonly userId: UserId
  readonly laneId: number
  readonly prio: JobPriority
  readonly status: JobStatus
  readonly kind: JobEventKind
  readonly seq: number
  /** Set when the job stands in the ready line now: the place a dispatcher looks for it. */
  readonly readyPass?: number
}
