import { queryOptions } from '@tanstack/react-query'
import { client } from '../client.ts'

export const effects = {
  list: () =>
    queryOptions({
      queryKey: ['effects', 'list'],
      queryFn: ({ signal }) => client.effects.list({ query: { limit: 100 }, signal }),
      staleTime: 60_000,
    }),
  show: (slug: string) =>
    queryOptions({
      queryKey: ['effects', 'show', slug],
      queryFn: ({ signal }) => client.effects.show({ params: { slug }, signal }),
      staleTime: 60_000,
    }),
}
