/**
 * A job is one run of an effect (or of a bare workflow).
 *
 *   queued ──grant──▶ running ──complete──▶ succeeded
 *     ▲  │               │ ├──fail────────▶ failed
 *     │  │               │ └──deadline────▶ expired
 *     │  └─cancel─▶ canceled ◀─end─ canceling ◀─cancel─┘
 *     └── lost, released, infrastructure (running → queued, with the same epoch)
 *
 * The words are those of Comfy API v2. What is stored is only `state`; queued, running and canceling
 * are derived from the place of the job (a ready row, a lease row, a cancel intent).
 */
import { closedList } from './closed-list.ts'

/** What `job.state` stores. */
export const jobStates = closedList('job state', {
  open: 0,
  succeeded: 1,
  failed: 2,
  expired: 3,
  canceled: 4,
})
export type JobState = 'open' | FinalStatus

export const finalStatuses = ['succeeded', 'failed', 'expired', 'canceled'] as const
export type FinalStatus = (typeof finalStatuses)[number]
export const jobStatuses = ['queued', 'running', 'canceling', ...finalStatuses] as const
export type JobStatus = (typeof jobStatuses)[number]

/** The one transition table. `domain/jobs/transition` is the one function that applies it. */
export const jobTransitions: Readonly<Record<JobStatus, readonly JobStatus[]>> = {
  queued: ['running', 'canceled', 'expired', 'failed'],
  running: ['queued', 'canceling', 'succeeded', 'failed', 'expired', 'canceled'],
  canceling: ['canceled'],
  succeeded: [],
  failed: [],
  expired: [],
  canceled: [],
}

export const isFinal = (status: JobStatus): status is FinalStatus =>
  jobTransitions[status].length === 0

/** What a running or waiting job is doing, for people. `none` is stored before the first report. */
export const jobPhases = closedList('job phase', {
  none: 0,
  waiting_for_capacity: 1,
  provisioning: 2,
  loading_models: 3,
  executing: 4,
  uploading: 5,
})
export type JobPhase =
  | 'waiting_for_capacity'
  | 'provisioning'
  | 'loading_models'
  | 'executing'
  | 'uploading'

/** Class of the queue: 0 is the house's own (self-tests). Lower goes first. */
export const jobPriorities = closedList('job priority', { system: 0, high: 1, normal: 2, low: 3 })
export type JobPriority = (typeof jobPriorities.words)[number]

export const jobKinds = closedList('job kind', { effect: 0, workflow: 1, graph: 2 })
export type JobKind = (typeof jobKinds.words)[number]
export const jobApis = closedList('job api', { v1: 1, v2: 2 })
export type JobApi = (typeof jobApis.words)[number]

/** Bits of `job_info.flags`. */
export const jobFlags = { checked: 1, allowPartial: 2, noRetry: 4, test: 8 } as const

/** Why a job lies in `job_delayed`. */
export const delayReasons = closedList('delay reason', { scheduled: 1, backoff: 2 })
export type DelayReason = (typeof delayReasons.words)[number]

/** Kinds of `job_event`; `seq = epoch · 4 + k`, see `eventSeq`. */
export const jobEventKinds = closedList('job event kind', {
  queued: 0,
  running: 1,
  canceling: 2,
  succeeded: 3,
  failed: 4,
  expired: 5,
  canceled: 6,
  requeued: 7,
})
export type JobEventKind = (typeof jobEventKinds.words)[number]
/** Place of an event within its epoch: 0 entered, 1 canceling, 2 left, 3 late result accepted. */
export const eventSeq = (epoch: number, k: 0 | 1 | 2 | 3): number => epoch * 4 + k

/** How an attempt ended; `running` while it has not. */
export const attemptOutcomes = closedList('attempt outcome', {
  running: 0,
  succeeded: 1,
  failed: 2,
  infrastructure: 3,
  lost: 4,
  released: 5,
  canceled: 6,
  expired: 7,
  timed_out: 8,
})
export type AttemptOutcome = (typeof attemptOutcomes.words)[number]

/** Codes of a job that did not succeed, and who is to blame for it. Infrastructure is ours, never counted against the job. */
export const jobErrors = {
  input_invalid: { who: 'you', retryable: false },
  asset_missing: { who: 'you', retryable: false },
  model_missing: { who: 'us', retryable: false },
  node_missing: { who: 'us', retryable: false },
  node_error: { who: 'you', retryable: true },
  graph_partial: { who: 'you', retryable: false },
  out_of_memory: { who: 'us', retryable: true },
  timed_out: { who: 'us', retryable: true },
  deadline_exceeded: { who: 'you', retryable: true },
  output_missing: { who: 'us', retryable: true },
  output_too_large: { who: 'you', retryable: false },
  worker_lost: { who: 'us', retryable: true },
  no_capacity: { who: 'us', retryable: true },
  internal: { who: 'us', retryable: true },
} as const satisfies Record<string, { who: 'you' | 'us'; retryable: boolean }>
export type JobErrorCode = keyof typeof jobErrors

/** Why a job waits. The set is open: readers show `text` for a code they do not know. */
export const waitCodes = [
  'ahead',
  'booting',
  'scaling',
  'no_fleet',
  'engine_away',
  'fleet_paused',
  'queue_paused',
  'user_limit',
  'scheduled',
  'retry_backoff',
] as const
export type WaitCode = (typeof waitCodes)[number]

/** May this job be canceled? Answers true, or the reason why not: handler (409), button and CLI ask the same function. */
export function canCancel(job: { status: JobStatus }): true | { reason: string } {
  if (isFinal(job.status)) return { reason: `This run has already ended: ${job.status}.` }
  if (job.status === 'canceling') return { reason: 'Canceling was already asked for.' }
  return true
}

/** May this job be run again with the same input? Only what has ended can be. */
export function canRetry(job: { status: JobStatus }): true | { reason: string } {
  return isFinal(job.status) ? true : { reason: 'It is still on its way. Cancel it first.' }
}
