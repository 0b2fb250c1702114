/** The worker plane's bodies: batches carry an answer per item, because partial success is a value. */
import { z } from 'zod'
import {
  beatVerdicts,
  directives,
  endVerdicts,
  infrastructureCodes,
  releaseReasons,
} from '../leases.ts'
import { limits } from '../limits.ts'
import { workerHealths } from '../workers.ts'
import { JobErrorShape, Progress } from './jobs.ts'
import { Bytes, idText, Ms, Sha256 } from './wire.ts'

/** Proof of a lease: whoever has these three may end the job. The secret is 32 hex digits. */
export const LeaseKey = z.strictObject({
  job: idText('job'),
  epoch: z.int().min(1),
  secret: z.string().regex(/^[0-9a-f]{32}$/),
})
export type LeaseKey = z.infer<typeof LeaseKey>

export const LeaseAsk = z.strictObject({
  /** A UUID of the caller's: sent again, with `again`, after a broken call, so that a lost answer costs a reconnect only. */
  claim_id: z.uuid(),
  again: z.boolean().default(false),
  slots: z.int().min(1).max(64),
  warm_models: z.array(z.string().max(255)).max(256).default([]),
  present_models: z.array(z.string().max(255)).max(1_024).default([]),
  health: z.enum(workerHealths.words).default('good'),
  /** Ms from now until which it may still begin a job; null = no end known (a Spot notice gives one). */
  accept_for_ms: Ms.nullable().default(null),
})

const LeaseInput = z.object({
  ref: z.string(),
  asset: idText('asset'),
  url: z.string(),
  sha256: Sha256,
  size_bytes: Bytes,
  content_type: z.string(),
  name: z.string(),
})
export const Lease = z.object({
  job: idText('job'),
  epoch: z.int(),
  secret: z.string(),
  /** UUID of the attempt: the engine's prompt id. */
  run_id: z.uuid(),
  expires_in_ms: Ms,
  attempt: z.int(),
  payload: z.object({
    /** API format; files stand as `{"__bp_asset__":"<ref>"}`. */
    graph: z.record(z.string(), z.unknown()),
    inputs: z.array(LeaseInput),
    outputs: z.array(z.object({ key: z.string(), node_id: z.string(), kind: z.string() })),
    models: z.array(z.string()),
    allow_partial: z.boolean(),
  }),
  max_run_ms: Ms,
  deadline_in_ms: Ms.nullable(),
})
export type Lease = z.infer<typeof Lease>
export const LeaseAnswer = z.object({
  leases: z.array(Lease),
  directives: z.array(z.enum(directives)),
  ask_again_ms: Ms,
})
export type LeaseAnswer = z.infer<typeof LeaseAnswer>

const beatPhases = ['provisioning', 'loading_models', 'executing', 'uploading'] as const
export const Beat = z.strictObject({
  leases: z
    .array(
      LeaseKey.extend({ phase: z.enum(beatPhases), progress: Progress.nullable().default(null) }),
    )
    .max(64),
  host: z
    .strictObject({
      rss_bytes: Bytes.optional(),
      disk_free_bytes: Bytes.optional(),
      engine: z.enum(['up', 'starting', 'away']).optional(),
    })
    .default({}),
})
export const BeatAnswer = z.object({
  leases: z.array(
    z.object({
      job: idText('job'),
      epoch: z.int(),
      verdict: z.enum(beatVerdicts),
      reason: z.string().nullable(),
      expires_in_ms: Ms,
    }),
  ),
  directives: z.array(z.enum(directives)),
  renew_in_ms: Ms,
})
export type Beat = z.input<typeof Beat>
export type BeatAnswer = z.infer<typeof BeatAnswer>

/** A file that a worker is about to bring. Its place in the list of the attempt is `n`. */
const OutputFile = z.strictObject({
  n: z
    .int()
    .min(0)
    .max(limits.outputsMax - 1),
  name: z.string().min(1).max(255),
  content_type: z.string().max(127),
  size_bytes: Bytes.max(limits.outputBytesMax),
  sha256: Sha256,
})
export const OutputsAsk = z.strictObject({
  lease: LeaseKey,
  files: z
    .array(OutputFile)
    .min(1)
    .max(limits.outputsMax * 2),
})
export const OutputsAnswer = z.object({
  files: z.array(
    z.object({
      n: z.int(),
      method: z.literal('PUT'),
      url: z.string(),
      headers: z.record(z.string(), z.string()),
      object_key: z.string(),
    }),
  ),
})
export type OutputsAsk = z.input<typeof OutputsAsk>
export type OutputsAnswer = z.infer<typeof OutputsAnswer>

export const DeliveredOutput = OutputFile.extend({
  node_id: z.string().max(64),
  /** Name of the output as the workflow calls it; `<node>-<n>` for those it does not name. */
  key: z.string().max(64),
  kind: z.enum(['image', 'video', 'audio', 'model3d', 'text', 'latent', 'file']),
  object_key: z.string().max(255),
  reused: z.boolean(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  duration_ms: Ms.nullable(),
  fps: z.number().nullable(),
  /** Thumbnails brought beside it: width → its own file of the same attempt. */
  thumbnails: z.array(z.strictObject({ w: z.int(), object_key: z.string().max(255) })).max(3),
})
export type DeliveredOutput = z.infer<typeof DeliveredOutput>
const LeaseTimings = z.strictObject({ load_ms: Ms, run_ms: Ms, upload_ms: Ms })
export const Complete = z.strictObject({
  leases: z
    .array(
      LeaseKey.extend({
        outputs: z.array(DeliveredOutput).max(limits.outputsMax),
        timings: LeaseTimings,
      }),
    )
    .min(1)
    .max(64),
})
/** `infrastructure`: our machines are to blame and the job runs again; else the code says what the job did. */
export const Fail = z.strictObject({
  leases: z
    .array(
      LeaseKey.extend({
        failure: z.discriminatedUnion('kind', [
          z.strictObject({
            kind: z.literal('job'),
            error: JobErrorShape.extend({ traceback: z.string().max(32_768).nullable() }),
          }),
          z.strictObject({
            kind: z.literal('infrastructure'),
            code: z.enum(infrastructureCodes),
            message: z.string().max(2_000),
          }),
        ]),
      }),
    )
    .min(1)
    .max(64),
})
export const Release = z.strictObject({
  leases: z
    .array(LeaseKey.extend({ reason: z.enum(releaseReasons) }))
    .min(1)
    .max(64),
})
export const EndAnswer = z.object({
  leases: z.array(
    z.object({
      job: idText('job'),
      epoch: z.int(),
      verdict: z.enum(endVerdicts),
      problem: z.string().nullable(),
    }),
  ),
})
export type Complete = z.infer<typeof Complete>
export type Fail = z.infer<typeof Fail>
export type Release = z.infer<typeof Release>
export type EndAnswer = z.infer<typeof EndAnswer>
