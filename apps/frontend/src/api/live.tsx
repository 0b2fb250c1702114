/** What pages read of the connection: the server's clock, the stream's state, the pace of polling. */
import { useQuery } from '@tanstack/react-query'
import { createContext, useContext, useEffect, useState, useSyncExternalStore } from 'react'
import { createServerClock, type ServerClock } from './clock.ts'
import type { Events, StreamState } from './events.ts'
import { paceWithoutStream, paceWithStream, type PollPace } from './query-options/jobs.ts'
import { site, users } from './query-options/users.ts'

export interface Live {
  readonly clock: ServerClock
  readonly events: Events
}
const nobody: Events = {
  start: () => undefined,
  stop: () => undefined,
  state: () => 'polling',
  subscribe: () => () => undefined,
}
export const LiveContext = createContext<Live>({ clock: createServerClock(), events: nobody })

const useClock = (): ServerClock => useContext(LiveContext).clock

export function useStreamState(): StreamState {
  const { events } = useContext(LiveContext)
  return useSyncExternalStore(events.subscribe, events.state)
}

/** How often lists and jobs are asked again: slowly while the stream tells. */
export const usePace = (): PollPace =>
  useStreamState() === 'live' ? paceWithStream : paceWithoutStream

/** The server's time in Unix ms, renewed each `everyMs`. */
export function useServerNow(everyMs: number): number {
  const clock = useClock()
  const [now, setNow] = useState(clock.now)
  useEffect(() => {
    const tick = () => {
      setNow(clock.now())
    }
    // Once at once: between render and effect the first answer may have set the clock.
    const first = setTimeout(tick, 0)
    const timer = setInterval(tick, everyMs)
    return () => {
      clearTimeout(first)
      clearInterval(timer)
    }
  }, [clock, everyMs])
  return now
}

export const useMe = () => useQuery(users.me()).data
export const useSite = () => useQuery(site.show()).data

/**
 * The full address of a media file: those of effects are relative to the files origin. Undefined until that origin is
 * known; the app's own address would answer 404.
 */
export function useMediaUrl(): (url: string) => string | undefined {
  const origin = useSite()?.files_origin
  return url => (url.startsWith('/') ? origin && `${origin}${url}` : url)
}
