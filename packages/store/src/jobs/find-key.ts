import type { JobId, UserId } from '@bp/contracts/ids'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { keyHashOf } from './claim-keys.ts'
import { idems } from './rows.ts'

/**
 * The job that this person's key has made, with the hash of the request that made it. A look before anything is checked:
 * it only sees what is committed, so who may write the key is still decided by `submit`.
 */
export async function findKey(
  reader: Reader,
  wanted: { readonly userId: UserId; readonly route: string; readonly key: string },
): Promise<{ readonly jobId: JobId; readonly requestHash: Buffer } | undefined> {
  const { userId, route, key } = wanted
  const row = await reader.first(sql`
    SELECT ${idems.select()} FROM idem WHERE user_id = ${userId} AND key_hash = ${keyHashOf(route, key)}`)
  return row === undefined ? undefined : idems.read(row)
}
