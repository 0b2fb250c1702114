import { assetShelves, uploadStates } from '@bp/contracts/assets'
import { insertRows } from '../insert-rows.ts'
import { lock } from '../lock.ts'
import { bytes, noId } from '../row.ts'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { findByHash } from './find-by-hash.ts'
import type { NewUpload } from './new-upload.ts'
import { uploads } from './rows.ts'
import type { AssetRow, UploadRow } from './rows.ts'

export type OpenedUpload =
  | { readonly upload: UploadRow; readonly resumed: boolean }
  /** The same bytes are already theirs: nothing is sent. */
  | { readonly asset: AssetRow }
  /** The same bytes are just being purged. */
  | { readonly refused: 'unavailable' }

/** Plans an upload. The same bytes of the same person: the asset, or the upload that is still open. */
export async function openUpload(writer: Writer, upload: NewUpload): Promise<OpenedUpload> {
  const { owner, sha256 } = upload
  const purging = await writer.first(sql`
    SELECT id FROM asset WHERE user_id = ${owner} AND sha256 = ${sha256}
    AND shelf = ${assetShelves.numberOf('purging')}`)
  if (purging !== undefined) return { refused: 'unavailable' }
  const asset = await findByHash(writer, { owner, sha256 })
  if (asset !== undefined) return { asset }

  const open = await writer.first(sql`
    SELECT ${uploads.select()} FROM upload WHERE user_id = ${owner} AND sha256 = ${sha256}
    AND state IN (${uploadStates.numberOf('open')}, ${uploadStates.numberOf('verifying')})
    AND expires_at > ${writer.nowMs} ORDER BY id DESC LIMIT 1 ${lock(writer, 'update')}`)
  if (open !== undefined) return { upload: uploads.read(open), resumed: true }

  const made: UploadRow = {
    id: upload.id,
    userId: owner,
    purpose: 'asset',
    mode: 'single',
    state: 'open',
    name: upload.name,
    contentType: upload.contentType,
    sizeBytes: upload.sizeBytes,
    sha256: bytes.read(sha256),
    partSize: 0,
    storeUploadId: null,
    objectKey: upload.objectKey,
    targetId: noId(),
    errorCode: null,
    expiresAt: (await writer.now()) + upload.openForMs,
  }
  await insertRows(writer, uploads, [made], { ifAbsent: true })
  return { upload: made, resumed: false }
}
