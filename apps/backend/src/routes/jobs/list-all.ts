import { record } from '@bp/store/audit/record'
import { listAll as listAllJobs } from '@bp/store/jobs/list-all'
import type { Handler } from '../../http/call.ts'
import { writeCursor } from '../cursor.ts'
import { emptyPage, filterOf, filtersOf } from './filter.ts'
import { jobsToWire } from './read-job.ts'

/** Everybody's jobs. That an admin looked is written down once a first page, not for each turn of it. */
export const listAll: Handler<'jobs.listAll'> = async (
  { query, caller, ip, requestId },
  context,
) => {
  const { store } = context
  const filter = await filterOf(query, store)
  if (filter === undefined) return { body: emptyPage }
  if (query.cursor === undefined)
    await store.write(writer =>
      record(writer, { actorId: caller.id, ip, route: 'jobs.listAll', target: 'jobs', requestId }),
    )
  const page = await store.read(reader => listAllJobs(reader, filter))
  return {
    body: {
      data: [...(await jobsToWire(page.rows, context))],
      has_more: page.hasMore,
      next_cursor: page.next === undefined ? null : writeCursor(page.next, filtersOf(query)),
    },
  }
}
