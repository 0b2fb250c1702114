import { z } from 'zod'
import { assetKinds, assetSources, uploadModes, uploadPurposes, uploadStates } from '../assets.ts'
import { Bytes, idText, ListQuery, Ms, Sha256, Time } from './wire.ts'

export const Asset = z.object({
  id: idText('asset'),
  kind: z.enum(assetKinds.words),
  source: z.enum(assetSources.words),
  content_type: z.string(),
  size_bytes: Bytes,
  sha256: Sha256.nullable(),
  name: z.string(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  duration_ms: Ms.nullable(),
  fps: z.number().nullable(),
  thumbnails: z.array(z.object({ w: z.int(), h: z.int(), url: z.string() })),
  /** Signed and short-lived; ask again for a fresh one. */
  url: z.string(),
  url_expires_at: Time,
  favourite: z.boolean(),
  tags: z.array(z.string()),
  job_id: idText('job').nullable(),
  created_at: Time,
  expires_at: Time.nullable(),
  trashed_at: Time.nullable(),
})
export type Asset = z.infer<typeof Asset>

export const AssetListQuery = ListQuery.extend({
  kind: z.enum(assetKinds.words).optional(),
  source: z.enum(assetSources.words).optional(),
})

export const UploadRequest = z.strictObject({
  sha256: Sha256,
  size_bytes: z.int().min(0),
  content_type: z.string().max(127),
  name: z.string().min(1).max(255),
  purpose: z.enum(uploadPurposes.words).default('asset'),
})
/** Send the bytes by `method` to `url` with exactly these headers. */
const UploadPart = z.object({
  n: z.int(),
  method: z.literal('PUT'),
  url: z.string(),
  headers: z.record(z.string(), z.string()),
  size_bytes: Bytes,
})
export const UploadPlan = z.object({
  id: idText('upload'),
  state: z.enum(uploadStates.words),
  mode: z.enum(uploadModes.words),
  parts: z.array(UploadPart),
  expires_at: Time,
})
/** Either the file is here already (`asset`), or a plan says how to bring it (`upload`). */
export const UploadAnswer = z.object({ asset: Asset.nullable(), upload: UploadPlan.nullable() })
export type UploadPlan = z.infer<typeof UploadPlan>
export type UploadAnswer = z.infer<typeof UploadAnswer>
