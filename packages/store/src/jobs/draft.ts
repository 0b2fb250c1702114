import { noId } from '../row.ts'
import type { KeyClaim } from './claim-keys.ts'
import type { NewJob } from './new-job.ts'
import type { WaitingRow } from './rows.ts'

/** A job on its way in, with what this transaction has found out about it. */
export interface Draft {
  readonly job: NewJob
  readonly laneId: number
  readonly modelSetId: number
  readonly claim: KeyClaim | undefined
}

/** A draft with its place in the line and its times. */
export interface PlacedDraft extends Draft {
  readonly pass: number
  readonly costMs: number
  readonly createdAt: number
  /** 0 = none. */
  readonly deadlineAt: number
}

/** The columns that a waiting job carries from place to place. */
export const waitingOf = (draft: PlacedDraft): WaitingRow => ({
  laneId: draft.laneId,
  prio: draft.job.prio,
  pass: draft.pass,
  jobId: draft.job.id,
  userId: draft.job.userId,
  modelSetId: draft.modelSetId,
  epoch: 0,
  avoidWorkerId: noId(),
  costMs: draft.costMs,
  runMsMax: draft.job.runMsMax,
  deadlineAt: draft.deadlineAt,
  readyAt: draft.createdAt,
})
