import { listPublished } from '@bp/store/effects/list-published'
import type { Handler } from '../../http/call.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import { effectToSummary } from './wire.ts'

/** Published effects are few (200 at most), so a page is cut from all of them. */
export const list: Handler<'effects.list'> = async ({ query }, { store, objects, usualRuns }) => {
  const all = (await store.read(reader => listPublished(reader))).toSorted((a, b) =>
    a.id < b.id ? 1 : -1,
  )
  const after = query.cursor === undefined ? undefined : readCursor(query.cursor, 'effects')
  const rest = after === undefined ? all : all.filter(effect => effect.id < after)
  const page = rest.slice(0, query.limit)
  const last = page.at(-1)
  const hasMore = rest.length > page.length
  const usual = await usualRuns.all()
  return {
    body: {
      data: await Promise.all(
        page.map(effect => effectToSummary(effect, objects, usual.get(effect.id))),
      ),
      has_more: hasMore,
      next_cursor: hasMore && last !== undefined ? writeCursor(last.id, 'effects') : null,
    },
  }
}
