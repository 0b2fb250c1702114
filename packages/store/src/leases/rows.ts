import type { JobId, UserId, WorkerId } from '@bp/contracts/ids'
import { jobPhases, jobPriorities } from '@bp/contracts/jobs'
import { stopReasons } from '@bp/contracts/leases'
import { id, int, key16, table, word } from '../row.ts'
import type { RowOf } from '../row.ts'

/** A row here is the right of one worker to run one job now. "Running" is the existence of this row. */
export const leases = table('job_lease', {
  jobId: id<JobId>(),
  epoch: int,
  secret: key16,
  runId: key16,
  claimId: key16,
  workerId: id<WorkerId>(),
  laneId: int,
  prio: word(jobPriorities),
  pass: int,
  userId: id<UserId>(),
  modelSetId: int,
  costMs: int,
  leasedAt: int,
  expiresAt: int,
  stopAt: int,
  phase: word(jobPhases),
  progress: int,
  stop: word(stopReasons),
})
export type LeaseRow = RowOf<typeof leases>
