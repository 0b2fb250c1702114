/** A lease is the right of one worker to run one job now: epoch, secret, expiry. The epoch only ever grows. */
import { closedList } from './closed-list.ts'

/** Why a running job is asked to stop (`job_lease.stop`). */
export const stopReasons = closedList('stop reason', {
  none: 0,
  canceled: 1,
  deadline: 2,
  over_time: 3,
})
export type StopReason = (typeof stopReasons.words)[number]

/** Who took a job back unharmed, uncounted. */
export const releaseReasons = ['spot', 'drain', 'shutdown', 'undelivered'] as const
export type ReleaseReason = (typeof releaseReasons)[number]

export const beatVerdicts = ['ok', 'lost', 'cancel'] as const
/** accepted: you ended it. already: you had ended it before (lost reply). stale: somebody else has it, drop your copies. */
export const endVerdicts = ['accepted', 'already', 'stale'] as const
export type EndVerdict = (typeof endVerdicts)[number]

/** Codes a worker may report as infrastructure: the job runs again and is not to blame. */
export const infrastructureCodes = [
  'engine_crashed',
  'engine_unreachable',
  'engine_lost_prompt',
  'cuda_error',
  'network',
  'store_unreachable',
  'disk_full',
] as const
export type InfrastructureCode = (typeof infrastructureCodes)[number]

/** What a worker is told beside its leases. */
export const directives = ['drain', 'retire_when_idle', 'stop'] as const
export type Directive = (typeof directives)[number]
