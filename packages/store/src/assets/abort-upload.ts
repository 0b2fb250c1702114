import { uploadStates } from '@bp/contracts/assets'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { findUpload } from './find-upload.ts'
import type { UploadKey } from './new-upload.ts'
import type { UploadRow } from './rows.ts'

/** Gives an upload up: by its owner (`aborted`) or because its bytes were refused (`failed`, with the code). Undefined when absent or over. */
export async function abortUpload(
  writer: Writer,
  key: UploadKey,
  why: { readonly errorCode?: string } = {},
): Promise<UploadRow | undefined> {
  const state = uploadStates.numberOf(why.errorCode === undefined ? 'aborted' : 'failed')
  const found = await writer.run(sql`
    UPDATE upload SET state = ${state}, error_code = ${why.errorCode ?? null}
    WHERE id = ${key.id} AND user_id = ${key.owner}
    AND state IN (${uploadStates.numberOf('open')}, ${uploadStates.numberOf('verifying')})`)
  return found === 0 ? undefined : findUpload(writer, key)
}
