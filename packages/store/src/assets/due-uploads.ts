import { uploadStates } from '@bp/contracts/assets'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { uploads } from './rows.ts'
import type { UploadRow } from './rows.ts'

/** Open uploads whose time is over, for the aborter. */
export async function dueUploads(
  reader: Reader,
  options: { readonly limit: number },
): Promise<readonly UploadRow[]> {
  const rows = await reader.all(sql`
    SELECT ${uploads.select()} FROM upload WHERE expires_at < ${reader.nowMs}
    AND state IN (${uploadStates.numberOf('open')}, ${uploadStates.numberOf('verifying')})
    ORDER BY expires_at LIMIT ${options.limit}`)
  return rows.map(row => uploads.read(row))
}
