/**
 * Following one prompt to its end. The socket says when to look, the history says what happened:
 *
 *   `executing null` ────────────────┐
 *   success, error, interrupted ─────┤ soon, in case `executing null` never comes
 *   the connection is another one ───┤ every half second: nobody tells us any more    ├─▶ look: ended │ going on │ lost
 *   silence: 2 s, 4 s, 8 s … 60 s ───┘
 *
 * `execution_success` alone proves nothing: it is sent before the history is written.
 */
import { pause } from '../waiting.ts'
import { findPrompt, type HistoryEntry } from './history.ts'
import { EngineUnreachable, type EngineHttp } from './http.ts'
import { textOf, type Fields } from './json.ts'
import type { EngineSocket, SocketEvent } from './socket.ts'

export interface WatchOptions {
  readonly engine: EngineHttp
  readonly socket: EngineSocket
  readonly promptId: string
  /** Client id that the prompt is posted with. */
  readonly clientId: string | undefined
  /** How long an engine may be away in mid-run before the run is given up. */
  readonly engineAwayMs: number
  readonly onMessage: (type: string, data: Fields) => void
  readonly onPicture: (format: 'jpeg' | 'png', bytes: Uint8Array) => void
}
export interface PromptWatch extends Disposable {
  /** Resolves when the prompt has ended; `lost` when the engine knows it no more. Throws `EngineUnreachable`, and the reason of an abort. */
  end(promptId: string, signal: AbortSignal): Promise<HistoryEntry | 'lost'>
}

// A short run on an engine that tells nothing should not take a minute; a long silent one should not be asked for ever.
const silenceMsFirst = 2_000
const silenceMsMost = 60_000
const deafMs = 500
const soonMs = 100
const endings: readonly string[] = ['execution_success', 'execution_error', 'execution_interrupted']

/** Begins to listen. Call it before the prompt is posted: a short run is over before the answer to the post is read. */
export function watchPrompt(options: WatchOptions): PromptWatch {
  let promptId = options.promptId
  let isOver = false
  let isEnding = false
  let heardAt = performance.now()
  let silentLooks = 0
  let wake = Promise.withResolvers<void>()

  const hear = (event: SocketEvent) => {
    if (event.kind === 'picture') return options.onPicture(event.format, event.bytes)
    if (event.kind === 'closed') return wake.resolve()
    if (event.kind !== 'message' || textOf(event.data['prompt_id']) !== promptId) return
    heardAt = performance.now()
    silentLooks = 0
    options.onMessage(event.type, event.data)
    if (event.type === 'executing' && event.data['node'] === null) isOver = true
    else if (endings.includes(event.type)) isEnding = true
    else return
    wake.resolve()
  }
  const unlisten = options.socket.listen(hear)

  /** How long to wait before a look that nobody asked for. */
  const waitMs = (): number => {
    if (isOver) return 0
    if (isEnding) return soonMs * 2 ** Math.min(silentLooks, 5)
    const isDeaf = options.clientId === undefined || options.socket.clientId() !== options.clientId
    const silenceMs = Math.min(silenceMsMost, silenceMsFirst * 2 ** silentLooks)
    return isDeaf ? deafMs : Math.max(0, silenceMs - (performance.now() - heardAt))
  }

  return {
    end: async (postedId, signal) => {
      promptId = postedId
      let awaySince: number | undefined
      for (;;) {
        const waited = new AbortController()
        const stop = AbortSignal.any([signal, waited.signal])
        await Promise.race([wake.promise, pause(waitMs(), stop)])
        waited.abort()
        signal.throwIfAborted()
        wake = Promise.withResolvers<void>()
        // A message that only made the wait shorter: wait that shorter time.
        if (!isOver && isEnding) {
          await Promise.race([wake.promise, pause(waitMs(), signal)])
          signal.throwIfAborted()
        }
        // Before the look: what is heard while it is on its way asks for another.
        isOver = false
        try {
          const place = await findPrompt(options.engine, promptId, signal)
          awaySince = undefined
          if (place.at === 'ended') return place.entry
          if (place.at === 'nowhere') return 'lost'
          silentLooks = Math.min(silentLooks + 1, 10)
          heardAt = performance.now()
        } catch (error) {
          if (!(error instanceof EngineUnreachable)) throw error
          awaySince ??= performance.now()
          if (performance.now() - awaySince > options.engineAwayMs) throw error
          await pause(250, signal)
          signal.throwIfAborted()
        }
      }
    },
    [Symbol.dispose]: unlisten,
  }
}
