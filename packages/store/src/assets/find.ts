import { assetShelves } from '@bp/contracts/assets'
import type { AssetId, UserId } from '@bp/contracts/ids'
import { list, sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import type { AssetKey } from './new-upload.ts'
import { assets } from './rows.ts'
import type { AssetRow } from './rows.ts'

/** The owner's file; purged ones are not found, those in the trash are. */
export async function find(reader: Reader, key: AssetKey): Promise<AssetRow | undefined> {
  const row = await reader.first(sql`
    SELECT ${assets.select()} FROM asset WHERE id = ${key.id} AND user_id = ${key.owner}
    AND shelf NOT IN (${assetShelves.numberOf('purging')}, ${assetShelves.numberOf('gone')})`)
  return row === undefined ? undefined : assets.read(row)
}

/** The owner's usable files (uploads, results) among these ids; fewer rows than ids = `asset_missing`, without saying which exist. */
export async function findMany(
  reader: Reader,
  key: { readonly ids: readonly AssetId[]; readonly owner: UserId },
): Promise<readonly AssetRow[]> {
  const ids = [...new Set(key.ids)]
  if (ids.length === 0) return []
  const rows = await reader.all(sql`
    SELECT ${assets.select()} FROM asset WHERE id IN ${list(ids)} AND user_id = ${key.owner}
    AND shelf IN (${assetShelves.numberOf('results')}, ${assetShelves.numberOf('uploads')})`)
  return rows.map(row => assets.read(row))
}
