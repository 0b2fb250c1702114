/** Open live streams, counted by person: many tabs must not eat a process's sockets. */
import { problem } from '@bp/contracts/errors'
import type { UserId } from '@bp/contracts/ids'
import { limits } from '@bp/contracts/limits'
import type { EventStream } from './sse.ts'

interface StreamPlace {
  /** Ends with the process, and when `stillAllowed` says no: it is asked once a minute. */
  attach(stream: EventStream, stillAllowed: () => Promise<boolean>): void
  give(): void
}

export interface Streams {
  /** Takes a place. Throws `too_many_streams` when the person has all of theirs in use. */
  take(user: UserId): StreamPlace
  readonly open: number
  /** Ends every stream and takes no new ones. */
  endAll(): void
}

/** Streams of one process; beyond, `too_many_streams` for everybody. */
const streamsMax = 2_000
const recheckMs = 60_000

async function recheck(stream: EventStream, stillAllowed: () => Promise<boolean>): Promise<void> {
  try {
    if (!(await stillAllowed())) stream.end('signed_out')
  } catch {
    // The database is away: that is no reason to end a stream; the next look decides.
  }
}

export function createStreams(): Streams {
  const byUser = new Map<UserId, number>()
  const live = new Set<EventStream>()
  let open = 0
  let isClosing = false
  return {
    get open() {
      return open
    },
    take: user => {
      if (isClosing) throw problem('shutting_down', {}, { retryAfterS: 2 })
      const count = byUser.get(user) ?? 0
      if (count >= limits.streamsPerUserMax || open >= streamsMax)
        throw problem(
          'too_many_streams',
          { allowed: limits.streamsPerUserMax },
          { retryAfterS: 60 },
        )
      byUser.set(user, count + 1)
      open++
      let isGiven = false
      let stop = (): void => undefined
      return {
        attach: (stream, stillAllowed) => {
          live.add(stream)
          const timer = setInterval(() => {
            void recheck(stream, stillAllowed)
          }, recheckMs)
          stop = () => {
            clearInterval(timer)
            live.delete(stream)
          }
          stream.signal.addEventListener('abort', stop, { once: true })
          if (isClosing) stream.end('shutting_down')
        },
        give: () => {
          if (isGiven) return
          isGiven = true
          stop()
          open--
          const left = (byUser.get(user) ?? 1) - 1
          if (left > 0) byUser.set(user, left)
          else byUser.delete(user)
        },
      }
    },
    endAll: () => {
      isClosing = true
      for (const stream of live) stream.end('shutting_down')
    },
  }
}
