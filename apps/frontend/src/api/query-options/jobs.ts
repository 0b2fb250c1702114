import { queryOptions, type QueryClient } from '@tanstack/react-query'
import { isFinal, type JobStatus } from '@bp/contracts/jobs'
import type { Job } from '@bp/contracts/shapes/jobs'
import { client } from '../client.ts'
import { newerJob } from '../order.ts'

/** How often to ask again: the stream tells most, polling is the truth. */
export interface PollPace {
  /** For the job that is open. */
  readonly jobMs: number
  /** For lists. */
  readonly listMs: number
}
export const paceWithStream: PollPace = { jobMs: 30_000, listMs: 30_000 }
export const paceWithoutStream: PollPace = { jobMs: 3_000, listMs: 10_000 }

export interface JobFilter {
  readonly status?: readonly JobStatus[] | undefined
  readonly cursor?: string | undefined
  readonly limit?: number | undefined
}
const jobsPageSize = 25
export const activeStatuses: readonly JobStatus[] = ['queued', 'running', 'canceling']

const cachedJob = (queries: QueryClient, id: string): Job | undefined =>
  queries.getQueryData(jobs.show(id, paceWithStream).queryKey)

export const jobs = {
  show: (id: string, pace: PollPace) =>
    queryOptions({
      queryKey: ['jobs', 'show', id],
      queryFn: async ({ signal, client: queries }): Promise<Job> => {
        const job = await client.jobs.show({ params: { id }, signal })
        // Read the cache after the answer: the stream may have moved it on meanwhile.
        return newerJob(cachedJob(queries, id), job)
      },
      refetchInterval: query =>
        query.state.data && isFinal(query.state.data.status) ? false : pace.jobMs,
    }),
  list: (filter: JobFilter, pace: PollPace) =>
    queryOptions({
      queryKey: ['jobs', 'list', filter],
      queryFn: async ({ signal, client: queries }) => {
        const page = await client.jobs.list({
          query: {
            limit: filter.limit ?? jobsPageSize,
            ...(filter.cursor === undefined ? {} : { cursor: filter.cursor }),
            // One parameter, words separated by commas.
            ...(filter.status === undefined ? {} : { status: filter.status.join(',') }),
          },
          signal,
        })
        return { ...page, data: page.data.map(job => newerJob(cachedJob(queries, job.id), job)) }
      },
      placeholderData: previous => previous,
      refetchInterval: pace.listMs,
    }),
}
