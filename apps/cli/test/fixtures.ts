/** Objects as the API answers them; the stub checks each against its schema. */
import { createHash } from 'node:crypto'
import { brandId, formatId, type AssetId, type JobId, type UploadId } from '@bp/contracts/ids'
import type { Asset, UploadPlan } from '@bp/contracts/shapes/assets'
import type { Effect, EffectSummary } from '@bp/contracts/shapes/effects'
import type { Job } from '@bp/contracts/shapes/jobs'

const time = '2026-05-01T10:00:00.000Z'
export const jobId = formatId('job', brandId<JobId>(176_000_000_000_000_001n))
export const assetId = formatId('asset', brandId<AssetId>(176_000_000_000_000_002n))
const uploadId = formatId('upload', brandId<UploadId>(176_000_000_000_000_003n))

/** The smallest thing that begins like a PNG. */
export const png = new Uint8Array([137, 80, 78, 71, 13, 10, 26, 10, 1, 2, 3])
export const sha256 = (bytes: Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex')

export const asset = (url: string, more: Partial<Asset> = {}): Asset => ({
  id: assetId,
  kind: 'image',
  source: 'output',
  content_type: 'image/png',
  size_bytes: png.byteLength,
  sha256: sha256(png),
  name: 'picture.png',
  width: 1,
  height: 1,
  duration_ms: null,
  fps: null,
  thumbnails: [],
  url,
  url_expires_at: time,
  favourite: false,
  tags: [],
  job_id: null,
  created_at: time,
  expires_at: null,
  trashed_at: null,
  ...more,
})

export const uploadPlan = (url: string): UploadPlan => ({
  id: uploadId,
  state: 'open',
  mode: 'single',
  parts: [{ n: 1, method: 'PUT', url, headers: {}, size_bytes: png.byteLength }],
  expires_at: time,
})

export const job = (more: Partial<Job> = {}): Job => ({
  id: jobId,
  seq: 0,
  status: 'queued',
  phase: null,
  kind: 'effect',
  effect: { slug: 'soft-glow', name: 'Soft glow' },
  workflow: { slug: 'soft-glow', version: 1 },
  api: 'v1',
  input: {},
  input_assets: [],
  tags: [],
  metadata: {},
  priority: 'normal',
  created_at: time,
  started_at: null,
  finished_at: null,
  deadline_at: null,
  retried_from: null,
  idempotency_key: null,
  waiting: null,
  queue: null,
  progress: null,
  outputs: [],
  error: null,
  attempts: [],
  timings: { queued_ms: null, boot_ms: null, load_ms: null, run_ms: null, upload_ms: null },
  as_of: time,
  urls: { self: '/api/v1/jobs/x', events: '/x', cancel: '/x', web: '/jobs/x' },
  ...more,
})

export const succeeded = (url: string): Job =>
  job({
    seq: 6,
    status: 'succeeded',
    finished_at: time,
    timings: { queued_ms: 1_200, boot_ms: null, load_ms: null, run_ms: 20_400, upload_ms: 10 },
    outputs: [
      {
        key: 'picture',
        node_id: '9',
        name: 'picture.png',
        kind: 'image',
        reused: false,
        asset: asset(url),
      },
    ],
  })

export const failed: Job = job({
  seq: 6,
  status: 'failed',
  finished_at: time,
  error: {
    code: 'node_error',
    message: 'The blur could not be made.',
    who: 'you',
    retryable: true,
    pointer: '/radius',
    node_id: '3',
    node_class: 'ImageBlur',
  },
})

export const effectSummary: EffectSummary = {
  slug: 'soft-glow',
  name: 'Soft glow',
  description: 'A gentle light.',
  tags: ['photo'],
  state: 'published',
  cover: null,
  sample: {
    url: '/effects/soft-glow/sample.png',
    width: 1,
    height: 1,
    content_type: 'image/png',
    alt: '',
  },
  output_kind: 'image',
  usual_run_ms: null,
}
export const effect: Effect = {
  ...effectSummary,
  workflow: { slug: 'soft-glow', version: 1 },
  fixed: {},
  input_schema: {
    type: 'object',
    properties: {
      image: { type: 'string', title: 'Photo', 'x-bp': { kind: 'image' } },
      radius: {
        type: 'integer',
        title: 'Radius',
        minimum: 1,
        maximum: 31,
        default: 6,
        'x-bp': { kind: 'int' },
      },
      mode: { enum: ['soft', 'hard'], default: 'soft', 'x-bp': { kind: 'enum' } },
      invert: { type: 'boolean', default: false, 'x-bp': { kind: 'bool' } },
      seed: { default: 'random', 'x-bp': { kind: 'seed' } },
    },
    required: ['image'],
    additionalProperties: false,
  },
  examples: [{ name: 'Harbour', input: { radius: 9 }, files: {} }],
  rev: 1,
}
