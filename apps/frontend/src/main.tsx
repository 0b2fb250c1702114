import '@fontsource-variable/inter/wght.css'
import './ui/tokens.css'
import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { RouterProvider } from '@tanstack/react-router'
import { I18nProvider } from 'react-aria-components/I18nProvider'
import { createRoot } from 'react-dom/client'
import { NetworkProblem } from '@bp/client'
import { signedOut } from './api/client.ts'
import { createServerClock } from './api/clock.ts'
import { createEvents } from './api/events.ts'
import { LiveContext } from './api/live.tsx'
import { site, users } from './api/query-options/users.ts'
import { createAppRouter } from './router.tsx'
import { CarriedProvider } from './shell/carried.tsx'
import { listenForNewVersion } from './shell/new-version.ts'
import { t } from './text/en.ts'
import { Announcer } from './ui/announcer.tsx'
import { Toasts } from './ui/toast.tsx'
import { UploadsProvider } from './uploads/uploads.tsx'

const clock = createServerClock()
const queries = new QueryClient({
  queryCache: new QueryCache({
    // One question tells for all whether bp answers at all: the bar below the header hangs on it.
    onError: (error, query) => {
      if (error instanceof NetworkProblem && query.queryKey[0] !== 'users')
        void queries.invalidateQueries({ queryKey: users.me().queryKey }, { cancelRefetch: false })
    },
    onSuccess: data => {
      if (
        typeof data === 'object' &&
        data !== null &&
        'as_of' in data &&
        typeof data.as_of === 'string'
      )
        clock.hear(data.as_of)
    },
  }),
  defaultOptions: {
    queries: {
      // The client repeats by itself what may be repeated.
      retry: false,
      staleTime: 5_000,
      refetchOnWindowFocus: true,
    },
    // Not held back silently while offline: a press either fails in words or waits where it was pressed.
    mutations: { retry: false, networkMode: 'always' },
  },
})
// Every page needs these two: they are on their way while the page's code still is.
void queries.prefetchQuery(site.show())
void queries.prefetchQuery(users.me())
const events = createEvents(queries, clock)
signedOut.addEventListener('signed-out', () => {
  void queries.invalidateQueries({ queryKey: users.me().queryKey })
})
listenForNewVersion()

const root = document.getElementById('root')
if (root)
  createRoot(root).render(
    <I18nProvider locale="en-US">
      <QueryClientProvider client={queries}>
        <LiveContext value={{ clock, events }}>
          <Announcer>
            <Toasts dismiss={t.app.dismiss}>
              <UploadsProvider>
                <CarriedProvider>
                  <RouterProvider router={createAppRouter(queries)} />
                </CarriedProvider>
              </UploadsProvider>
            </Toasts>
          </Announcer>
        </LiveContext>
      </QueryClientProvider>
    </I18nProvider>,
  )
