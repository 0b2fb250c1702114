import type { AssetShelf } from '@bp/contracts/assets'
import { brandId, type AssetId } from '@bp/contracts/ids'
import { list as listAssets } from '@bp/store/assets/list'
import type { Handler } from '../../http/call.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import { assetToWire } from './wire.ts'

/** One shelf at a time: results, unless uploads are asked for. */
export const list: Handler<'assets.list'> = async ({ query, caller }, { store, objects }) => {
  const shelf: AssetShelf = query.source === 'upload' ? 'uploads' : 'results'
  const filters = ['assets', shelf, query.kind ?? '']
  const page = await store.read(reader =>
    listAssets(reader, {
      owner: caller.id,
      shelf,
      limit: query.limit,
      ...(query.kind === undefined ? {} : { kind: query.kind }),
      ...(query.cursor === undefined
        ? {}
        : { before: brandId<AssetId>(readCursor(query.cursor, filters)) }),
    }),
  )
  return {
    body: {
      data: await Promise.all(page.rows.map(row => assetToWire(row, objects))),
      has_more: page.hasMore,
      next_cursor: page.next === undefined ? null : writeCursor(page.next, filters),
    },
  }
}
