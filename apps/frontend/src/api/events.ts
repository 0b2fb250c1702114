import type { Query, QueryClient } from '@tanstack/react-query'
/**
 * The only writer from the live stream into the cache. One stream a tab, only while the tab is in sight: browsers
 * open six connections to a plain-http origin, and six streams would leave none for anything else.
 */
import { ApiProblem, NetworkProblem } from '@bp/client'
import type { Job } from '@bp/contracts/shapes/jobs'
import { client } from './client.ts'
import type { ServerClock } from './clock.ts'
import { inList, newerJob, withProgress } from './order.ts'
import { jobs, paceWithStream, type JobFilter } from './query-options/jobs.ts'
import { users } from './query-options/users.ts'

export type StreamState = 'live' | 'polling' | 'offline'

export interface Events {
  readonly start: () => void
  readonly stop: () => void
  readonly state: () => StreamState
  readonly subscribe: (listener: () => void) => () => void
}

const reconnectMsMin = 1_000
const reconnectMsMax = 30_000
/** After "too many streams" another try this soon would only be refused again. */
const tooManyMs = 60_000
/** A tab that is out of sight for longer gives its stream up. */
const hiddenMs = 30_000

type JobsPage = { readonly data: readonly Job[]; readonly has_more: boolean }
const isJobsPage = (value: unknown): value is JobsPage =>
  typeof value === 'object' && value !== null && 'data' in value && Array.isArray(value.data)

/** The filter of a list, which its key carries. */
const readFilter = (part: unknown): JobFilter =>
  typeof part === 'object' && part !== null ? part : {}

/** Writes one job into everything that holds it, if it is newer than what is held. */
export function writeJob(queries: QueryClient, clock: ServerClock, job: Job): void {
  clock.hear(job.as_of)
  queries.setQueryData<Job>(jobs.show(job.id, paceWithStream).queryKey, cached =>
    newerJob(cached, job),
  )
  queries.setQueriesData<JobsPage>({ queryKey: ['jobs', 'list'] }, page =>
    isJobsPage(page) ? inList(page, job) : page,
  )
  // A list that should hold it and does not is asked again. Lists differ: what stands in one may be new to another.
  for (const query of queries.getQueryCache().findAll({ queryKey: ['jobs', 'list'] }))
    if (lacks(query, job)) void askAgain(queries, query, job)
}

/** True when a list of newest jobs should show this one, by its filter and its place, and does not. */
function lacks({ queryKey, state }: Query, job: Job): boolean {
  const filter = readFilter(queryKey[2])
  if (filter.cursor !== undefined || filter.status?.includes(job.status) === false) return false
  const page: unknown = state.data
  if (!isJobsPage(page)) return true
  if (page.data.some(one => one.id === job.id)) return false
  const last = page.data.at(-1)
  return !page.has_more || last === undefined || job.created_at >= last.created_at
}

/**
 * Events come in bursts, and an answer on its way is not thrown away for each. It may have left before this job
 * changed, though: once it is there, the list is asked a second time if it lacks the job still.
 */
async function askAgain(queries: QueryClient, query: Query, job: Job): Promise<void> {
  const ask = () =>
    queries.invalidateQueries({ queryKey: query.queryKey, exact: true }, { cancelRefetch: false })
  await ask()
  if (lacks(query, job)) await ask()
}

/** Keeps the stream open while the page is in sight, and the cache up to date with it. */
export function createEvents(queries: QueryClient, clock: ServerClock): Events {
  let state: StreamState = 'polling'
  let closing: AbortController | undefined
  let hidden: ReturnType<typeof setTimeout> | undefined
  const listeners = new Set<() => void>()
  const tell = (next: StreamState) => {
    const told = navigator.onLine ? next : 'offline'
    if (told === state) return
    state = told
    for (const listener of listeners) listener()
  }

  const read = async (signal: AbortSignal): Promise<void> => {
    for await (const message of client.events.stream({ signal })) {
      switch (message.event) {
        case 'snapshot': {
          for (const job of message.data.jobs) writeJob(queries, clock, job)
          tell('live')
          // What ended while nobody listened is in no snapshot of live jobs.
          void queries.invalidateQueries({ queryKey: ['jobs'] }, { cancelRefetch: false })
          break
        }
        case 'job':
          writeJob(queries, clock, message.data)
          if (message.data.outputs.length > 0)
            void queries.invalidateQueries(
              { queryKey: ['assets', 'results'] },
              { cancelRefetch: false },
            )
          break
        case 'progress': {
          const update = (job: Job) => withProgress(job, message.data)
          queries.setQueryData<Job>(
            jobs.show(message.data.job_id, paceWithStream).queryKey,
            cached => cached && update(cached),
          )
          queries.setQueriesData<JobsPage>({ queryKey: ['jobs', 'list'] }, page =>
            isJobsPage(page) ? { ...page, data: page.data.map(update) } : page,
          )
          break
        }
        case 'end':
          return
      }
    }
  }

  const run = async (signal: AbortSignal): Promise<void> => {
    let waitMs = reconnectMsMin
    while (!signal.aborted) {
      const openedAt = performance.now()
      let pauseMs: number | undefined
      try {
        await read(signal)
      } catch (error) {
        // Does bp answer at all? The one question that the bar below the header hangs on.
        if (error instanceof NetworkProblem && !signal.aborted)
          void queries.invalidateQueries(
            { queryKey: users.me().queryKey },
            { cancelRefetch: false },
          )
        if (error instanceof ApiProblem) {
          if (error.status === 401) break // signed out: somebody starts anew after the sign-in
          if (error.code === 'too_many_streams') pauseMs = error.retryAfterMs ?? tooManyMs
        }
      }
      if (signal.aborted) break
      tell('polling')
      // A stream that has lived was all right; only those that die at once are asked for ever more slowly.
      waitMs =
        performance.now() - openedAt > 10_000
          ? reconnectMsMin
          : Math.min(waitMs * 2, reconnectMsMax)
      await pause(pauseMs ?? waitMs * (0.5 + Math.random() / 2), signal)
    }
    tell('polling')
  }

  const open = () => {
    if (closing) return
    closing = new AbortController()
    void run(closing.signal)
  }
  const close = () => {
    closing?.abort()
    closing = undefined
    tell('polling')
  }
  const onVisibility = () => {
    clearTimeout(hidden)
    if (document.visibilityState === 'visible') open()
    else hidden = setTimeout(close, hiddenMs)
  }
  const onLine = () => {
    tell('polling')
    close()
    if (navigator.onLine) open()
  }

  return {
    start: () => {
      document.addEventListener('visibilitychange', onVisibility)
      window.addEventListener('online', onLine)
      window.addEventListener('offline', onLine)
      if (document.visibilityState === 'visible') open()
    },
    stop: () => {
      document.removeEventListener('visibilitychange', onVisibility)
      window.removeEventListener('online', onLine)
      window.removeEventListener('offline', onLine)
      clearTimeout(hidden)
      close()
    },
    state: () => state,
    subscribe: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
