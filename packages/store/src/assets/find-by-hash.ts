import { assetShelves } from '@bp/contracts/assets'
import type { UserId } from '@bp/contracts/ids'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { assets } from './rows.ts'
import type { AssetRow } from './rows.ts'

/** "Already yours?": the owner's newest usable file with these bytes. */
export async function findByHash(
  reader: Reader,
  key: { readonly owner: UserId; readonly sha256: Uint8Array },
): Promise<AssetRow | undefined> {
  const row = await reader.first(sql`
    SELECT ${assets.select()} FROM asset WHERE user_id = ${key.owner} AND sha256 = ${key.sha256}
    AND shelf IN (${assetShelves.numberOf('results')}, ${assetShelves.numberOf('uploads')})
    ORDER BY id DESC LIMIT 1`)
  return row === undefined ? undefined : assets.read(row)
}
