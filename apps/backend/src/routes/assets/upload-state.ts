import { problem } from '@bp/contracts/errors'
import { parseId } from '@bp/contracts/ids'
import { findUpload } from '@bp/store/assets/find-upload'
import type { Handler } from '../../http/call.ts'
import { uploadToWire } from './wire.ts'

export const uploadState: Handler<'assets.uploadState'> = async (
  { params, caller },
  { store, objects },
) => {
  const id = parseId('upload', params.id)
  const row =
    id === undefined
      ? undefined
      : await store.read(reader => findUpload(reader, { id, owner: caller.id }))
  if (row === undefined) throw problem('not_found', { noun: 'upload' })
  return { body: await uploadToWire(row, objects) }
}
