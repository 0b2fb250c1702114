import { assetShelves } from '@bp/contracts/assets'
import { insertRows } from '../insert-rows.ts'
import { lock } from '../lock.ts'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import type { AssetKey } from './new-upload.ts'
import { assets, assetsDue } from './rows.ts'
import type { AssetRow } from './rows.ts'

/** Moves the owner's file to the trash for 30 days. A repeat changes nothing. Undefined when it is not theirs. */
export async function trash(writer: Writer, key: AssetKey): Promise<AssetRow | undefined> {
  const asset = await lockAsset(writer, key)
  if (asset === undefined || asset.shelf === 'trash') return asset
  if (asset.shelf !== 'results' && asset.shelf !== 'uploads') return undefined
  const now = await writer.now()
  await writer.run(sql`
    UPDATE asset SET shelf = ${assetShelves.numberOf('trash')}, trashed_at = ${now} WHERE id = ${asset.id}`)
  await insertRows(writer, assetsDue, [{ at: now + trashedForMs, assetId: asset.id }], {
    ifAbsent: true,
  })
  return { ...asset, shelf: 'trash', trashedAt: now }
}

/** Takes it out of the trash, back to where it was. */
export async function restore(writer: Writer, key: AssetKey): Promise<AssetRow | undefined> {
  const asset = await lockAsset(writer, key)
  if (asset === undefined || asset.shelf !== 'trash') return asset
  const shelf = asset.source === 'output' ? 'results' : 'uploads'
  await writer.run(sql`
    UPDATE asset SET shelf = ${assetShelves.numberOf(shelf)}, trashed_at = NULL WHERE id = ${asset.id}`)
  if (asset.trashedAt !== null) {
    await writer.run(
      sql`DELETE FROM asset_due WHERE at = ${asset.trashedAt + trashedForMs} AND asset_id = ${asset.id}`,
    )
  }
  return { ...asset, shelf, trashedAt: null }
}

const trashedForMs = 30 * 86_400_000

async function lockAsset(writer: Writer, key: AssetKey): Promise<AssetRow | undefined> {
  const row = await writer.first(sql`
    SELECT ${assets.select()} FROM asset WHERE id = ${key.id} AND user_id = ${key.owner} ${lock(writer, 'update')}`)
  return row === undefined ? undefined : assets.read(row)
}
