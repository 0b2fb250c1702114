import type { Readable } from 'node:stream'
import { Problem, problem } from '@bp/contracts/errors'
import { formatId, parseId, type AssetId } from '@bp/contracts/ids'
import { limits } from '@bp/contracts/limits'
import { names } from '@bp/contracts/names'
import { abortUpload } from '@bp/store/assets/abort-upload'
import { completeUpload } from '@bp/store/assets/complete-upload'
import { find } from '@bp/store/assets/find'
import { findUpload } from '@bp/store/assets/find-upload'
import type { UploadRow } from '@bp/store/assets/rows'
import { setThumbs } from '@bp/store/assets/set-thumbs'
import type { Context } from '../../context.ts'
import type { Handler } from '../../http/call.ts'
import type { Decoded } from '../../media/decode-protocol.ts'
import { sniffBytes, type Sniffed } from '../../media/sniff.ts'
import { assetToWire, thumbnailBit } from './wire.ts'

/** Thumbnails of uploads; larger ones are made of results only. */
const widths = [256, 640]

/**
 * The bytes are there: they are held against the plan, looked into and decoded whole, before anything names them.
 * A refused file is removed and its upload is over, so the same bytes may be announced again, and refused again.
 */
export const uploadComplete: Handler<'assets.uploadComplete'> = async (
  { params, caller },
  context,
) => {
  const { store, objects } = context
  const id = parseId('upload', params.id)
  const key = id === undefined ? undefined : { id, owner: caller.id }
  const row = key && (await store.read(reader => findUpload(reader, key)))
  if (key === undefined || row === undefined) throw problem('not_found', { noun: 'upload' })
  if (row.state === 'aborted' || row.state === 'failed') throw problem('upload_expired', {})

  const seen = row.state === 'ready' ? undefined : await lookInto(row, context)
  const assetId = store.ids.next<AssetId>()
  const completed = await store.write(writer =>
    completeUpload(writer, key, {
      assetId,
      kind: 'image',
      contentType: seen?.sniffed.contentType ?? row.contentType,
      ...(seen === undefined ? {} : { width: seen.decoded.width, height: seen.decoded.height }),
    }),
  )
  if (completed === undefined) throw problem('not_found', { noun: 'upload' })
  if ('refused' in completed)
    throw completed.refused === 'upload_expired'
      ? problem('upload_expired', {})
      : problem(
          'unavailable',
          { reason: 'this very file is just being removed' },
          { retryAfterS: 2 },
        )

  let { asset } = completed
  if (seen !== undefined && asset.id === assetId) {
    await storeThumbnails(asset.id, seen.decoded, context)
    const withThumbs = await store.read(reader => find(reader, { id: assetId, owner: caller.id }))
    asset = withThumbs ?? asset
  }
  return { body: await assetToWire(asset, objects) }
}

interface Seen {
  readonly sniffed: Sniffed
  readonly decoded: Decoded
}

async function lookInto(row: UploadRow, context: Context): Promise<Seen> {
  const { objects, media, store } = context
  const head = await objects.head(row.objectKey)
  if (head === undefined) throw problem('upload_incomplete', { reason: 'nothing has come' })
  try {
    if (head.sizeBytes !== row.sizeBytes || head.sha256 !== row.sha256.toString('hex'))
      throw problem('hash_mismatch', { reason: 'size or SHA-256 is another' })
    const last = Math.min(sniffBytes, head.sizeBytes) - 1
    const sniffed = media.inspectHead(
      await readAll(objects.read(row.objectKey, { first: 0, last })),
    )
    const bytes = await readAll(objects.read(row.objectKey))
    const decoded = await media.decode(bytes, widths)
    if (head.contentType !== sniffed.contentType) {
      // The object says what was announced, and would be served as that. Nothing names it yet: if this is cut between the
      // two steps, the upload is as open as before and its bytes are brought again.
      await objects.remove(row.objectKey)
      await objects.putBytes(row.objectKey, sniffed.contentType, bytes)
    }
    return { sniffed, decoded }
  } catch (thrown) {
    if (
      thrown instanceof Problem &&
      (thrown.code === 'type_refused' || thrown.code === 'hash_mismatch')
    ) {
      const { code } = thrown
      await store.write(writer =>
        abortUpload(writer, { id: row.id, owner: row.userId }, { errorCode: code }),
      )
      await objects.remove(row.objectKey)
    }
    throw thrown
  }
}

async function readAll(opening: Promise<Readable | undefined>): Promise<Buffer> {
  const stream = await opening
  if (stream === undefined)
    throw problem('upload_incomplete', { reason: 'it is not there any more' })
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('an object was read as text')
    sizeBytes += chunk.byteLength
    if (sizeBytes > limits.uploadBytesMax) throw new Error('an upload is larger than its plan')
    chunks.push(Buffer.from(chunk))
  }
  return Buffer.concat(chunks)
}

/** Thumbnails are a convenience: failing leaves the asset without them. */
async function storeThumbnails(
  id: AssetId,
  decoded: Decoded,
  { objects, store, log }: Context,
): Promise<void> {
  try {
    let thumbs = 0
    for (const { w, bytes } of decoded.thumbnails) {
      await objects.putBytes(
        names.objectKeys.thumbnail(formatId('asset', id), w),
        'image/webp',
        bytes,
      )
      thumbs |= thumbnailBit(w)
    }
    await store.write(writer => setThumbs(writer, { id, thumbs }))
  } catch (thrown) {
    log.warn({ err: thrown }, 'thumbnails of an upload could not be stored')
  }
}
