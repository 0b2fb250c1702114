import {
  assetKinds,
  assetShelves,
  assetSources,
  uploadModes,
  uploadPurposes,
  uploadStates,
} from '@bp/contracts/assets'
import type { AssetId, EffectId, JobId, UploadId, UserId } from '@bp/contracts/ids'
import { flag, id, int, key16, key32, maybe, table, text, word } from '../row.ts'
import type { RowOf } from '../row.ts'

export const assets = table('asset', {
  id: id<AssetId>(),
  userId: id<UserId>(),
  shelf: word(assetShelves),
  kind: word(assetKinds),
  source: word(assetSources),
  favourite: flag,
  thumbs: int,
  jobId: id<JobId>(),
  effectId: id<EffectId>(),
  sizeBytes: int,
  sha256: maybe(key32),
  blake3: maybe(key32),
  contentType: text,
  width: maybe(int),
  height: maybe(int),
  durationMs: maybe(int),
  fpsMilli: maybe(int),
  thumbhash: maybe(text),
  name: text,
  alt: text,
  find: text,
  tags: text,
  objectKey: text,
  trashedAt: maybe(int),
  expiresAt: maybe(int),
  goneAt: maybe(int),
})
export type AssetRow = RowOf<typeof assets>

export const assetsDue = table('asset_due', { at: int, assetId: id<AssetId>() })

export const labels = table('label', {
  userId: id<UserId>(),
  hash: key16,
  targetId: id<bigint>(),
})

export const uploads = table('upload', {
  id: id<UploadId>(),
  userId: id<UserId>(),
  purpose: word(uploadPurposes),
  mode: word(uploadModes),
  state: word(uploadStates),
  name: text,
  contentType: text,
  sizeBytes: int,
  sha256: key32,
  partSize: int,
  storeUploadId: maybe(text),
  objectKey: text,
  targetId: id<AssetId>(),
  errorCode: maybe(text),
  expiresAt: int,
})
export type UploadRow = RowOf<typeof uploads>
