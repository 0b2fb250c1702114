import { brandId, type JobId } from '@bp/contracts/ids'
import type { RouteQuery } from '@bp/contracts/routes'
import { findPublished } from '@bp/store/effects/find-published'
import type { JobFilter } from '@bp/store/jobs/list'
import type { Store } from '@bp/store/store'
import { readCursor } from '../cursor.ts'

type Query = RouteQuery<'jobs.list'>

export const emptyPage = { data: [], has_more: false, next_cursor: null }

/** What a cursor is tied to: all filters, neither the cursor itself nor the size of a page. */
export const filtersOf = (query: Query): readonly unknown[] => [
  'jobs',
  query.status?.toSorted() ?? [],
  query.effect ?? '',
  query.tag ?? '',
  query.idempotency_key ?? '',
]

/** The store's filter; undefined when nothing can fit because there is no such effect. */
export async function filterOf(query: Query, store: Store): Promise<JobFilter | undefined> {
  const { effect: slug } = query
  const effect =
    slug === undefined ? undefined : await store.read(reader => findPublished(reader, { slug }))
  if (slug !== undefined && effect === undefined) return undefined
  return {
    limit: query.limit,
    ...(query.status === undefined ? {} : { statuses: query.status }),
    ...(effect === undefined ? {} : { effectId: effect.id }),
    ...(query.tag === undefined ? {} : { tag: query.tag }),
    ...(query.idempotency_key === undefined ? {} : { idempotencyKey: query.idempotency_key }),
    ...(query.cursor === undefined
      ? {}
      : { before: brandId<JobId>(readCursor(query.cursor, filtersOf(query))) }),
  }
}
