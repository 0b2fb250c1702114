import { problem } from '@bp/contracts/errors'
import { parseId } from '@bp/contracts/ids'
import { abortUpload } from '@bp/store/assets/abort-upload'
import { findUpload } from '@bp/store/assets/find-upload'
import type { Handler } from '../../http/call.ts'

/** Gives an upload up. One that is over already stays as it is. */
export const uploadAbort: Handler<'assets.uploadAbort'> = async ({ params, caller }, { store }) => {
  const id = parseId('upload', params.id)
  const found =
    id !== undefined &&
    (await store.write(async writer => {
      const key = { id, owner: caller.id }
      if ((await findUpload(writer, key)) === undefined) return false
      await abortUpload(writer, key)
      return true
    }))
  if (!found) throw problem('not_found', { noun: 'upload' })
  return { body: { ok: true } }
}
