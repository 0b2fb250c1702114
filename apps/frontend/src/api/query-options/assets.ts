import { queryOptions } from '@tanstack/react-query'
import { client } from '../client.ts'

const resultsPageSize = 48

export const assets = {
  results: (cursor: string | undefined) =>
    queryOptions({
      queryKey: ['assets', 'results', cursor],
      queryFn: ({ signal }) =>
        client.assets.list({
          query: {
            source: 'output',
            limit: resultsPageSize,
            ...(cursor === undefined ? {} : { cursor }),
          },
          signal,
        }),
      placeholderData: previous => previous,
      // Signed addresses live for half an hour; a list that is older is asked for again.
      staleTime: 30_000,
    }),
  show: (id: string) =>
    queryOptions({
      queryKey: ['assets', 'show', id],
      queryFn: ({ signal }) => client.assets.show({ params: { id }, signal }),
      staleTime: 600_000,
    }),
}
