import { assetKinds, assetShelves } from '@bp/contracts/assets'
import type { AssetKind, AssetShelf } from '@bp/contracts/assets'
import type { AssetId, UserId } from '@bp/contracts/ids'
import { forceIndex } from '../lock.ts'
import { newest, pageOf, windowRows, windowsMax } from '../page.ts'
import type { Page } from '../page.ts'
import { id } from '../row.ts'
import { sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { assets } from './rows.ts'
import type { AssetRow } from './rows.ts'

/** One shelf of a person, newest first. `kind` has no index: it reads windows, so a page may be short and still have more. */
export async function list(
  reader: Reader,
  filter: {
    readonly owner: UserId
    readonly shelf: AssetShelf
    readonly kind?: AssetKind
    readonly before?: AssetId
    readonly limit: number
  },
): Promise<Page<AssetRow, AssetId>> {
  if (filter.kind !== undefined) return listOfKind(reader, filter, filter.kind)
  const before = filter.before ?? newest
  const rows = await reader.all(
    sql`${pageOfShelf(reader, filter, before)} ORDER BY id DESC LIMIT ${filter.limit + 1}`,
  )
  return pageOf(
    rows.map(row => assets.read(row)),
    filter.limit,
    asset => asset.id,
  )
}

/** The list statement up to its order; its plan is asserted. */
export const pageOfShelf = (
  reader: Reader,
  filter: { readonly owner: UserId; readonly shelf: AssetShelf },
  before: bigint,
): Sql => sql`
  SELECT ${assets.select()} FROM asset ${forceIndex(reader, 'asset_shelf')}
  WHERE user_id = ${filter.owner} AND shelf = ${assetShelves.numberOf(filter.shelf)} AND id < ${before}`

async function listOfKind(
  reader: Reader,
  filter: {
    readonly owner: UserId
    readonly shelf: AssetShelf
    readonly before?: AssetId
    readonly limit: number
  },
  kind: AssetKind,
): Promise<Page<AssetRow, AssetId>> {
  const found: AssetRow[] = []
  let before: bigint = filter.before ?? newest
  for (let window = 0; window < windowsMax; window++) {
    const bound = await reader.first(sql`
      SELECT id FROM asset ${forceIndex(reader, 'asset_shelf')}
      WHERE user_id = ${filter.owner} AND shelf = ${assetShelves.numberOf(filter.shelf)} AND id < ${before}
      ORDER BY id DESC LIMIT 1 OFFSET ${windowRows - 1}`)
    const lowest = bound === undefined ? 0n : id<AssetId>().read(bound['id'])
    const rows = await reader.all(sql`${pageOfShelf(reader, filter, before)}
      AND id >= ${lowest} AND kind = ${assetKinds.numberOf(kind)}
      ORDER BY id DESC LIMIT ${filter.limit + 1 - found.length}`)
    found.push(...rows.map(row => assets.read(row)))
    if (found.length > filter.limit || bound === undefined) {
      return pageOf(found, filter.limit, asset => asset.id)
    }
    before = lowest
  }
  return { rows: found, hasMore: true, next: id<AssetId>().read(before) }
}
