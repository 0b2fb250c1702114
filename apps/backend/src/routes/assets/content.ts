import type { Handler } from '../../http/call.ts'
import { findOwnAsset } from './find-own.ts'
import { fileOf } from './wire.ts'

/** Leads to the files origin: bytes never come from the API's own. */
export const content: Handler<'assets.content'> = async (
  { params, caller },
  { store, objects },
) => {
  const row = await findOwnAsset(store, params.id, caller.id)
  return {
    body: undefined,
    headers: { location: (await objects.signedGet(fileOf(row))).url },
  }
}
