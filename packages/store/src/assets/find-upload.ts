import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import type { UploadKey } from './new-upload.ts'
import { uploads } from './rows.ts'
import type { UploadRow } from './rows.ts'

/** The owner's upload; absent and somebody else's are the same. */
export async function findUpload(reader: Reader, key: UploadKey): Promise<UploadRow | undefined> {
  const row = await reader.first(
    sql`SELECT ${uploads.select()} FROM upload WHERE id = ${key.id} AND user_id = ${key.owner}`,
  )
  return row === undefined ? undefined : uploads.read(row)
}
