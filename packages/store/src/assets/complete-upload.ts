import { assetShelves, uploadStates } from '@bp/contracts/assets'
import type { AssetKind } from '@bp/contracts/assets'
import type { AssetId } from '@bp/contracts/ids'
import { insertRows } from '../insert-rows.ts'
import { lock } from '../lock.ts'
import { bytes, noId } from '../row.ts'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { findByHash } from './find-by-hash.ts'
import { find } from './find.ts'
import type { UploadKey } from './new-upload.ts'
import { assets, uploads } from './rows.ts'
import type { UploadRow } from './rows.ts'
import type { AssetRow } from './rows.ts'
import { addStorage } from './storage.ts'

export interface VerifiedFile {
  /** Made before, so that a repeat finds itself. */
  readonly assetId: AssetId
  readonly kind: AssetKind
  readonly contentType: string
  readonly width?: number
  readonly height?: number
  readonly durationMs?: number
  readonly fpsMilli?: number
  readonly blake3?: Uint8Array
  readonly thumbhash?: string
}

export type CompletedUpload =
  | { readonly asset: AssetRow; readonly again: boolean }
  | { readonly refused: 'upload_expired' | 'unavailable' }

/** upload → ready and its asset, one transaction. A repeat answers the same asset. Undefined when there is no such upload. */
export async function completeUpload(
  writer: Writer,
  key: UploadKey,
  file: VerifiedFile,
): Promise<CompletedUpload | undefined> {
  const row = await writer.first(sql`
    SELECT ${uploads.select()} FROM upload WHERE id = ${key.id} AND user_id = ${key.owner} ${lock(writer, 'update')}`)
  if (row === undefined) return undefined
  const upload = uploads.read(row)
  if (upload.state === 'ready') {
    const asset = await find(writer, { id: upload.targetId, owner: key.owner })
    return asset === undefined ? { refused: 'upload_expired' } : { asset, again: true }
  }
  if (upload.state === 'failed' || upload.state === 'aborted') return { refused: 'upload_expired' }

  const purging = await writer.first(sql`
    SELECT id FROM asset WHERE user_id = ${key.owner} AND sha256 = ${upload.sha256}
    AND shelf = ${assetShelves.numberOf('purging')}`)
  if (purging !== undefined) return { refused: 'unavailable' }

  // A second tab has sent the same bytes meanwhile: one file, two uploads.
  const twin = await findByHash(writer, { owner: key.owner, sha256: upload.sha256 })
  const asset = twin ?? assetOf(upload, file)
  if (twin === undefined) {
    await insertRows(writer, assets, [asset])
    await addStorage(writer, new Map([[key.owner, { bytes: asset.sizeBytes, assets: 1 }]]))
  }
  await writer.run(sql`
    UPDATE upload SET state = ${uploadStates.numberOf('ready')}, target_id = ${asset.id} WHERE id = ${upload.id}`)
  return { asset, again: twin !== undefined }
}

const assetOf = (upload: UploadRow, file: VerifiedFile): AssetRow => ({
  id: file.assetId,
  userId: upload.userId,
  shelf: 'uploads',
  kind: file.kind,
  source: 'upload',
  favourite: false,
  thumbs: 0,
  jobId: noId(),
  effectId: noId(),
  sizeBytes: upload.sizeBytes,
  sha256: upload.sha256,
  blake3: file.blake3 === undefined ? null : bytes.read(file.blake3),
  contentType: file.contentType,
  width: file.width ?? null,
  height: file.height ?? null,
  durationMs: file.durationMs ?? null,
  fpsMilli: file.fpsMilli ?? null,
  thumbhash: file.thumbhash ?? null,
  name: upload.name,
  alt: '',
  find: upload.name.toLowerCase(),
  tags: '[]',
  objectKey: upload.objectKey,
  trashedAt: null,
  expiresAt: null,
  goneAt: null,
})
