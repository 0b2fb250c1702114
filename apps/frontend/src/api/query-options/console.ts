import { queryOptions } from '@tanstack/react-query'
import { client } from '../client.ts'

/** The console's live page asks this often while it is in sight. */
const liveMs = 2_000

export const queue = {
  show: () =>
    queryOptions({
      queryKey: ['queue', 'show'],
      queryFn: ({ signal }) => client.queue.show({ signal }),
      refetchInterval: liveMs,
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
