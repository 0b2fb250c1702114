import type { QueryClient } from '@tanstack/react-query'
/**
 * The only writer from the live stream into the cache. One stream a tab, only while the tab is in sight: browsers
 * open six connections to a plain-http origin, and six streams would leave none for anything else.
 */
import { ApiProblem, NetworkProblem } from '@bp/client'
import type { Job } from '@bp/contracts/shapes/jobs'
import { client } from './client.ts'
import type { ServerClock } from './clock.ts'
import { inList, newerJob, withProgress } from './order.ts'
import { jobs, paceWithStream } from './query-options/jobs.ts'
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

type JobsPage = { readonly data: readonly Job[] }
const isJobsPage = (value: unknown): value is JobsPage =>
  typeof value === 'object' && value !== null && 'data' in value && Array.isArray(value.data)

/** Writes one job into everything that holds it, if it is newer than what is held. */
export function writeJob(queries: QueryClient, clock: ServerClock, job: Job): void {
  clock.hear(job.as_of)
  queries.setQueryData<Job>(jobs.show(job.id, paceWithStream).queryKey, cached =>
    newerJob(cached, job),
  )
  let isListed = false
  queries.setQueriesData<JobsPage>({ queryKey: ['jobs', 'list'] }, page => {
    if (!isJobsPage(page)) return page
    const next = inList(page, job)
    if (next !== page) isListed = true
    return next
  })
  // A job that no list holds yet is new: the lists are asked again, they know their filters best.
  // A list that is on its way already is not asked twice: events come in bursts.
  if (!isListed)
    void queries.invalidateQueries({ queryKey: ['jobs', 'list'] }, { cancelRefetch: false })
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
