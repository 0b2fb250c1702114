import { abortUpload } from '@bp/store/assets/abort-upload'
import { dueUploads } from '@bp/store/assets/due-uploads'
import type { Context } from '../context.ts'

/** Gives up uploads whose time is over, with whatever of them has come. */
export async function abortUploads(
  { store, objects }: Pick<Context, 'store' | 'objects'>,
  signal: AbortSignal,
): Promise<void> {
  const due = await store.read(reader => dueUploads(reader, { limit: 100 }))
  for (const upload of due) {
    if (signal.aborted) return
    // Row first: an object without a row is litter, a row without its object would be a lie.
    const aborted = await store.write(writer =>
      abortUpload(writer, { id: upload.id, owner: upload.userId }, { errorCode: 'upload_expired' }),
    )
    if (aborted !== undefined) await objects.remove(upload.objectKey)
  }
}
