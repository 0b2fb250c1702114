import { laneMarkets } from '@bp/contracts/fleets'
import type {
  EffectId,
  AssetId,
  JobId,
  UserId,
  WorkerId,
  WorkflowId,
  WorkflowVersionId,
} from '@bp/contracts/ids'
import {
  attemptOutcomes,
  delayReasons,
  jobApis,
  jobEventKinds,
  jobKinds,
  jobPriorities,
  jobStates,
} from '@bp/contracts/jobs'
import { bodyCodecs } from '@bp/contracts/workflows'
import { bytes, doc, flag, id, int, key16, maybe, table, text, word } from '../row.ts'
import type { RowOf } from '../row.ts'

/** A lane is (fleet, workflow, market): one line of waiting jobs. Workflow 0 = bare graphs. */
export const lanes = table('lane', {
  id: int,
  fleetId: int,
  workflowId: id<WorkflowId>(),
  market: word(laneMarkets),
  paused: int,
  createdAt: int,
})
export type LaneRow = RowOf<typeof lanes>

export const jobs = table('job', {
  id: id<JobId>(),
  userId: id<UserId>(),
  laneId: int,
  workflowVersionId: id<WorkflowVersionId>(),
  effectId: maybe(id<EffectId>()),
  modelSetId: int,
  prio: word(jobPriorities),
  pass: int,
  costMs: int,
  runMsMax: int,
  deadlineAt: int,
  lossesMax: int,
  state: word(jobStates),
  finalEpoch: maybe(int),
  losses: int,
  interruptions: int,
  cancelAt: maybe(int),
  createdAt: int,
  firstStartedAt: maybe(int),
  finishedAt: maybe(int),
  lastWorkerId: maybe(id<WorkerId>()),
  retriedFrom: maybe(id<JobId>()),
  errorCode: maybe(text),
})
export type JobRow = RowOf<typeof jobs>

export const jobPayloads = table('job_payload', {
  jobId: id<JobId>(),
  codec: word(bodyCodecs),
  body: bytes,
})

/** `body` is a document of our own (`leases/result-doc.ts`): `{ outputs: [{ asset, key, node_id, reused }], error, timings }`. */
export const jobResults = table('job_result', {
  jobId: id<JobId>(),
  codec: word(bodyCodecs),
  body: doc,
})

const waiting = {
  modelSetId: int,
  epoch: int,
  avoidWorkerId: id<WorkerId>(),
  costMs: int,
  runMsMax: int,
  deadlineAt: int,
  readyAt: int,
}

export const readyJobs = table('job_ready', {
  laneId: int,
  prio: word(jobPriorities),
  pass: int,
  jobId: id<JobId>(),
  userId: id<UserId>(),
  ...waiting,
})
/** What a waiting job carries from place to place. */
export type WaitingRow = RowOf<typeof readyJobs>

export const delayedJobs = table('job_delayed', {
  dueAt: int,
  jobId: id<JobId>(),
  reason: word(delayReasons),
  laneId: int,
  prio: word(jobPriorities),
  pass: int,
  userId: id<UserId>(),
  ...waiting,
})
export type DelayedRow = RowOf<typeof delayedJobs>

export const heldJobs = table('job_held', {
  fleetId: int,
  userId: id<UserId>(),
  prio: word(jobPriorities),
  pass: int,
  jobId: id<JobId>(),
  laneId: int,
  ...waiting,
})
export type HeldRow = RowOf<typeof heldJobs>

export const jobCancels = table('job_cancel', {
  jobId: id<JobId>(),
  askedAt: int,
  askedBy: id<UserId>(),
})

export const jobDeadlines = table('job_deadline', { at: int, jobId: id<JobId>() })

export const jobAttempts = table('job_attempt', {
  jobId: id<JobId>(),
  epoch: int,
  secret: key16,
  runId: key16,
  workerId: id<WorkerId>(),
  leasedAt: int,
  endedAt: int,
  outcome: word(attemptOutcomes),
  counted: flag,
  code: maybe(text),
})
export type AttemptRow = RowOf<typeof jobAttempts>

export const jobEvents = table('job_event', {
  jobId: id<JobId>(),
  seq: int,
  kind: word(jobEventKinds),
  at: int,
  data: maybe(text),
})
export type JobEventRow = RowOf<typeof jobEvents>

export const failedJobs = table('job_failed', {
  laneId: int,
  finishedAt: int,
  jobId: id<JobId>(),
  errorCode: text,
})

export const idems = table('idem', {
  userId: id<UserId>(),
  keyHash: key16,
  jobId: id<JobId>(),
  requestHash: key16,
  expiresAt: int,
})

export const fleetUsers = table('fleet_user', {
  fleetId: int,
  userId: id<UserId>(),
  prio: word(jobPriorities),
  nextPass: int,
  active: int,
  held: int,
  maxActive: maybe(int),
  weight: int,
})
export type FleetUserRow = RowOf<typeof fleetUsers>

export const modelSets = table('model_set', { id: int, hash: key16, models: text, loadMs: int })

export const jobInfos = table('job_info', {
  jobId: id<JobId>(),
  userId: id<UserId>(),
  kind: word(jobKinds),
  api: word(jobApis),
  flags: int,
  keyId: id<bigint>(),
  effectN: int,
  webhookId: id<bigint>(),
  webhookEvents: int,
  idempotencyKey: maybe(text),
  labels: doc,
  codec: word(bodyCodecs),
  input: doc,
})
export type JobInfoRow = RowOf<typeof jobInfos>

export const jobAssets = table('job_asset', {
  jobId: id<JobId>(),
  assetId: id<AssetId>(),
  ref: text,
})

export const jobProgresses = table('job_progress', {
  jobId: id<JobId>(),
  epoch: int,
  at: int,
  data: text,
})
