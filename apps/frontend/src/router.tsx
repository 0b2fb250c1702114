import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router'
import { to } from './addresses.ts'
import { effects } from './api/query-options/effects.ts'
import type { PageId } from './page-rows.ts'
import { pages } from './pages.ts'
import { AppShell } from './shell/app-shell.tsx'
import { PageFailed } from './shell/page-failed.tsx'

/** Data that a page needs at once: asked for while its code is on its way, also when a link is only pointed at. */
const preload: Partial<
  Record<
    PageId,
    (queries: QueryClient, params: Readonly<Record<string, string | undefined>>) => unknown
  >
> = {
  explore: queries => queries.prefetchQuery(effects.list()),
  effect: (queries, { slug = '' }) => queries.prefetchQuery(effects.show(slug)),
}

/** The router over `pages`. Unknown search parameters are dropped: any query string gives a page. */
export function createAppRouter(queries: QueryClient) {
  const root = createRootRoute({ component: AppShell })
  const home = createRoute({
    getParentRoute: () => root,
    path: '/',
    beforeLoad: () => {
      // oxlint-disable-next-line typescript/only-throw-error -- the router's own way to lead elsewhere
      throw redirect({ to: to.effects, replace: true })
    },
  })
  const routes = pages.map(page =>
    createRoute({
      getParentRoute: () => root,
      path: page.pattern,
      component: lazyRouteComponent(page.load),
      loader: ({ params }) => {
        // Not awaited: the page shows its own skeleton meanwhile.
        void preload[page.id]?.(queries, params)
      },
    }),
  )
  return createRouter({
    routeTree: root.addChildren([home, ...routes]),
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    scrollRestoration: true,
    defaultErrorComponent: PageFailed,
  })
}
