import { queryOptions } from '@tanstack/react-query'
import { client } from '../client.ts'

/** The console's live page asks this often while it is in sight. */
const liveMs = 2_000
/** A fleet's page asks more slowly: behind each answer the fleet's document is read where it lies. */
const documentMs = 5_000
const workflowsMax = 100

export const queue = {
  show: () =>
    queryOptions({
      queryKey: ['queue', 'show'],
      queryFn: ({ signal }) => client.queue.show({ signal }),
      refetchInterval: liveMs,
    }),
}
export const fleets = {
  /** Which fleets there are. Their numbers move, but nobody reads them from here. */
  list: () =>
    queryOptions({
      queryKey: ['fleets', 'list'],
      queryFn: ({ signal }) => client.fleets.list({ signal }),
    }),
  show: (stage: string, slug: string) =>
    queryOptions({
      queryKey: ['fleets', 'show', stage, slug],
      queryFn: ({ signal }) => client.fleets.show({ params: { stage, slug }, signal }),
      refetchInterval: documentMs,
    }),
}
export const workflows = {
  list: () =>
    queryOptions({
      queryKey: ['workflows', 'list'],
      queryFn: ({ signal }) => client.workflows.list({ query: { limit: workflowsMax }, signal }),
      staleTime: 60_000,
    }),
}
export const workers = {
  list: () =>
    queryOptions({
      queryKey: ['workers', 'list'],
      queryFn: ({ signal }) => client.workers.list({ signal }),
      refetchInterval: liveMs,
    }),
}
