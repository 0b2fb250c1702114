import { queryOptions } from '@tanstack/react-query'
import { client } from '../client.ts'

export const users = {
  /** Who is calling; `user` is null without a sign-in. */
  me: () =>
    queryOptions({
      queryKey: ['users', 'me'],
      queryFn: ({ signal }) => client.users.me({ signal }),
      staleTime: 60_000,
    }),
}

export const site = {
  /** What the app must know before a sign-in; changes only with a deployment. */
  show: () =>
    queryOptions({
      queryKey: ['site', 'show'],
      queryFn: ({ signal }) => client.site.show({ signal }),
      staleTime: 300_000,
    }),
}
