import type { JobId, WorkerId } from '@bp/contracts/ids'

/** The fence: only who knows epoch and secret of the live lease may renew or end it. */
export interface LeaseKey {
  readonly jobId: JobId
  readonly epoch: number
  /** 16 random bytes, compared in the SQL. */
  readonly secret: Uint8Array
  /** Calls of workers name themselves; loops of the backend do not. */
  readonly workerId?: WorkerId
}
