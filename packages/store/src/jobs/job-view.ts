import type { JobId, UserId, WorkerId } from '@bp/contracts/ids'
import type { JobPhase, JobStatus } from '@bp/contracts/jobs'
import type { StopReason } from '@bp/contracts/leases'
import type { WorkerMarket } from '@bp/contracts/workers'
import type { AssetRow } from '../assets/rows.ts'
import type { AttemptRow, JobInfoRow, JobRow } from './rows.ts'

export type JobPlace = 'ready' | 'delayed' | 'held' | 'lease' | 'final'

/** Why a waiting job waits, as far as the database knows; `capacity` = it stands in line for a worker. */
export interface WaitingFacts {
  readonly reason:
    | 'capacity'
    | 'no_fleet'
    | 'fleet_paused'
    | 'workflow_paused'
    | 'queue_paused'
    | 'budget_paused'
    | 'user_limit'
    | 'scheduled'
    | 'retry_backoff'
  /** Unix ms. */
  readonly since: number
  readonly dueAt?: number
}

interface LeaseView {
  readonly workerId: WorkerId
  readonly epoch: number
  readonly leasedAt: number
  readonly expiresAt: number
  readonly phase: JobPhase | 'none'
  /** 0 … 10,000. */
  readonly progress: number
  readonly stop: StopReason
}

export interface AttemptView extends AttemptRow {
  readonly instance: string
  readonly market: WorkerMarket
}

export interface OutputView {
  readonly key: string
  readonly nodeId: string
  readonly name: string
  readonly kind: AssetRow['kind']
  readonly reused: boolean
  readonly asset: AssetRow
}

export interface JobInfoView {
  readonly kind: JobInfoRow['kind']
  readonly api: JobInfoRow['api']
  readonly flags: number
  readonly effectN: number
  readonly effectSlug?: string
  readonly effectName?: string
  readonly workflowSlug?: string
  readonly workflowVersion?: number
  /** JSON text as given, defaults and seed filled in: numbers are exact in it. */
  readonly input: string
  readonly tags: readonly string[]
  readonly metadata: Readonly<Record<string, string>>
  readonly idempotencyKey?: string
}

/** A job with everything its page shows, read in one go. */
export interface JobView extends JobRow {
  readonly status: JobStatus
  readonly place: JobPlace
  readonly fleetId: number
  /** `seq` of its newest event. */
  readonly seq: number
  readonly phase?: JobPhase
  readonly info: JobInfoView
  readonly waiting?: WaitingFacts
  readonly lease?: LeaseView
  /** JSON text of the newest progress report. */
  readonly progress?: string
  readonly attempts: readonly AttemptView[]
  readonly outputs: readonly OutputView[]
  readonly error?: JobFailure
  /** JSON text of the worker's timings of the last attempt. */
  readonly timings?: string
}

export interface JobFailure {
  readonly code: string
  readonly message?: string
  readonly nodeId?: string
  readonly nodeClass?: string
  /** The input to blame, e.g. `/radius`. */
  readonly pointer?: string
  readonly received?: unknown
  readonly allowed?: unknown
}

export interface JobKey {
  readonly id: JobId
  /** Part of the WHERE: somebody else's job is not refused, it is not there. */
  readonly owner: UserId
}
