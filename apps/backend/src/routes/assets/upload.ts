import { imageTypes } from '@bp/contracts/assets'
import { problem } from '@bp/contracts/errors'
import { formatId, type UploadId } from '@bp/contracts/ids'
import { limits } from '@bp/contracts/limits'
import { names } from '@bp/contracts/names'
import { openUpload } from '@bp/store/assets/open-upload'
import type { Handler } from '../../http/call.ts'
import { assetToWire, uploadToWire } from './wire.ts'

/** Announces a file. What is refused here has cost nobody a byte. */
export const upload: Handler<'assets.upload'> = async ({ body, caller }, { store, objects }) => {
  if (body.size_bytes > limits.uploadBytesMax)
    throw problem('file_too_large', {
      received: body.size_bytes,
      allowed: limits.uploadBytesMax,
    })
  if (body.size_bytes === 0) throw problem('type_refused', { reason: 'it is empty' })
  if (body.purpose !== 'asset')
    throw problem('type_refused', { reason: 'models cannot be uploaded here yet' })
  if (!imageTypes.some(type => type === body.content_type))
    throw problem('type_refused', { reason: `${body.content_type.slice(0, 60)} is no picture` })

  const id = store.ids.next<UploadId>()
  const opened = await store.write(writer =>
    openUpload(writer, {
      id,
      owner: caller.id,
      name: body.name,
      contentType: body.content_type,
      sizeBytes: body.size_bytes,
      sha256: Buffer.from(body.sha256, 'hex'),
      objectKey: names.objectKeys.upload(formatId('user', caller.id), body.sha256),
      openForMs: limits.uploadOpenMs,
    }),
  )
  if ('refused' in opened)
    throw problem(
      'unavailable',
      { reason: 'this very file is just being removed' },
      { retryAfterS: 2 },
    )
  if ('asset' in opened)
    return { status: 200, body: { asset: await assetToWire(opened.asset, objects), upload: null } }
  return { status: 201, body: { asset: null, upload: await uploadToWire(opened.upload, objects) } }
}
