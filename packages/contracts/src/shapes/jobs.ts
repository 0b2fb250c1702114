import { z } from 'zod'
import {
  attemptOutcomes,
  jobApis,
  jobErrors,
  jobKinds,
  jobPriorities,
  jobStatuses,
  type JobErrorCode,
  type JobPhase,
} from '../jobs.ts'
import { limits } from '../limits.ts'
import { workerMarkets } from '../workers.ts'
import { Asset } from './assets.ts'
import { idText, ListQuery, Metadata, Ms, Slug, Tags, Time } from './wire.ts'

const phases = [
  'waiting_for_capacity',
  'provisioning',
  'loading_models',
  'executing',
  'uploading',
] as const satisfies readonly JobPhase[]
const errorCodes = z.string().refine((code): code is JobErrorCode => Object.hasOwn(jobErrors, code))

/** A run of a published effect, of a workflow (`slug` or `slug@3`), or of a bare graph: exactly one of them. */
export const JobSubmit = z
  .strictObject({
    effect: Slug.optional(),
    workflow: z
      .string()
      .regex(/^[a-z0-9-]{1,32}(@\d{1,6})?$/)
      .optional(),
    graph: z.record(z.string(), z.unknown()).optional(),
    input: z.record(z.string().max(64), z.unknown()).default({}),
    priority: z.enum(['high', 'normal', 'low']).default('normal'),
    deadline_s: z.int().min(1).max(604_800).optional(),
    max_run_s: z
      .int()
      .min(1)
      .max(limits.runMsMax / 1000)
      .optional(),
    tags: Tags.default([]),
    metadata: Metadata.default({}),
    retry: z.boolean().default(true),
    allow_partial: z.boolean().default(false),
  })
  .refine(
    body =>
      [body.effect, body.workflow, body.graph].filter(named => named !== undefined).length === 1,
    'name exactly one of effect, workflow, graph',
  )
export const JobRetry = z.strictObject({
  input: z.record(z.string().max(64), z.unknown()).optional(),
})

/** One sentence about why the job waits, with its code (the set is open) and facts. */
export const Waiting = z.object({
  code: z.string(),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
  text: z.string(),
  since: Time,
})
export const Progress = z.object({
  /** 0 … 1, over all nodes. */
  value: z.number().min(0).max(1),
  nodes_done: z.int(),
  nodes_total: z.int(),
  current_node: z.string().nullable(),
  current_node_class: z.string().nullable(),
  step: z.int().nullable(),
  steps: z.int().nullable(),
  message: z.string().nullable(),
})
export type Progress = z.infer<typeof Progress>

export const JobErrorShape = z.object({
  code: errorCodes,
  message: z.string(),
  who: z.enum(['you', 'us']),
  retryable: z.boolean(),
  /** The input to blame, e.g. `/radius`. */
  pointer: z.string().nullable(),
  node_id: z.string().nullable(),
  node_class: z.string().nullable(),
  received: z.unknown().optional(),
  allowed: z.unknown().optional(),
})
const Output = z.object({
  key: z.string(),
  node_id: z.string(),
  name: z.string(),
  kind: z.string(),
  /** The engine served it from its cache: no new work was done for it. */
  reused: z.boolean(),
  asset: Asset,
})
const Attempt = z.object({
  n: z.int(),
  epoch: z.int(),
  worker: z.string().nullable(),
  market: z.enum(workerMarkets.words).nullable(),
  started_at: Time,
  ended_at: Time.nullable(),
  outcome: z.enum(attemptOutcomes.words),
  reason: z.string().nullable(),
  /** Whether it counts against the bound of losses. */
  counted: z.boolean(),
})
const Timings = z.object({
  queued_ms: Ms.nullable(),
  boot_ms: Ms.nullable(),
  load_ms: Ms.nullable(),
  run_ms: Ms.nullable(),
  upload_ms: Ms.nullable(),
})

export const Job = z.object({
  id: idText('job'),
  /** Number of this state: readers drop states not above the one they have. */
  seq: z.int(),
  status: z.enum(jobStatuses),
  phase: z.enum(phases).nullable(),
  kind: z.enum(jobKinds.words),
  effect: z.object({ slug: Slug, name: z.string() }).nullable(),
  workflow: z.object({ slug: Slug, version: z.int() }).nullable(),
  api: z.enum(jobApis.words),
  input: z.record(z.string(), z.unknown()),
  /** The files of the input, so that a page can show them. */
  input_assets: z.array(Asset),
  tags: z.array(z.string()),
  metadata: z.record(z.string(), z.string()),
  priority: z.enum(jobPriorities.words),
  created_at: Time,
  started_at: Time.nullable(),
  finished_at: Time.nullable(),
  deadline_at: Time.nullable(),
  retried_from: idText('job').nullable(),
  idempotency_key: z.string().nullable(),
  waiting: Waiting.nullable(),
  queue: z.object({ position: z.int().nullable(), ahead: z.int(), as_of: Time }).nullable(),
  progress: Progress.nullable(),
  outputs: z.array(Output),
  error: JobErrorShape.nullable(),
  attempts: z.array(Attempt),
  timings: Timings,
  as_of: Time,
  urls: z.object({ self: z.string(), events: z.string(), cancel: z.string(), web: z.string() }),
})
export type Job = z.infer<typeof Job>
export type JobSubmit = z.input<typeof JobSubmit>

/** `status=failed,expired`: several words, separated by commas. */
const statusList = z
  .string()
  .transform(text => text.split(','))
  .pipe(z.array(z.enum(jobStatuses)).max(jobStatuses.length))
export const JobListQuery = ListQuery.extend({
  status: statusList.optional(),
  effect: Slug.optional(),
  tag: z.string().max(limits.tagLengthMax).optional(),
  idempotency_key: z.string().max(limits.idempotencyKeyLengthMax).optional(),
})

/** Messages of the live streams; the name is the event's, `id` the job's `seq`. */
export const JobStreamMessages = {
  snapshot: Job,
  job: Job,
  progress: z.object({
    job_id: idText('job'),
    seq: z.int(),
    phase: z.enum(phases).nullable(),
    progress: Progress.nullable(),
  }),
  end: z.object({ reason: z.string() }),
}
export type JobProgressMessage = z.infer<(typeof JobStreamMessages)['progress']>
