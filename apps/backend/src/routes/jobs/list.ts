import { list as listJobs } from '@bp/store/jobs/list'
import type { Handler } from '../../http/call.ts'
import { writeCursor } from '../cursor.ts'
import { emptyPage, filterOf, filtersOf } from './filter.ts'
import { jobsToWire } from './read-job.ts'

export const list: Handler<'jobs.list'> = async ({ query, caller }, context) => {
  const filter = await filterOf(query, context.store)
  if (filter === undefined) return { body: emptyPage }
  const page = await context.store.read(reader => listJobs(reader, { ...filter, owner: caller.id }))
  return {
    body: {
      data: [...(await jobsToWire(page.rows, context))],
      has_more: page.hasMore,
      next_cursor: page.next === undefined ? null : writeCursor(page.next, filtersOf(query)),
    },
  }
}
