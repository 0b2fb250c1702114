/** Live events by fetch: unlike EventSource it sends headers, ends when told to, and says why it ended. */
import { paths, type Path, type RouteId } from '@bp/contracts/paths'
import { send, type CallArguments, type Caller } from './call.ts'
import { NetworkProblem } from './problems.ts'

/** One event; `data` is its parsed JSON. */
export interface StreamMessage<Event extends string = string, Data = unknown> {
  readonly event: Event
  readonly id: string | undefined
  readonly data: Data
}

/** The server pings each 15 s: three missed pings are a dead line. */
const silentMsMax = 45_000
/** Characters of one unfinished event; beyond it the stream is broken off. */
const eventCharactersMax = 4_194_304

/**
 * Opens a live stream as an async iterable. It ends when the server ends it; it throws `ApiProblem` when it is
 * refused, `NetworkProblem` when it breaks or is silent for 45 s, and the signal's reason when aborted.
 * Leaving the loop closes it. It never reconnects: the reader knows what it has seen.
 */
export async function* openStream(
  caller: Caller,
  id: RouteId,
  given: CallArguments,
  silentMs: number = silentMsMax,
): AsyncGenerator<StreamMessage, void, void> {
  const path: Path = paths[id]
  const closing = new AbortController()
  const signal =
    given.signal === undefined ? closing.signal : AbortSignal.any([given.signal, closing.signal])
  let timer: ReturnType<typeof setTimeout> | undefined
  const silence = () => closing.abort(new NetworkProblem('timeout', 'The stream fell silent.'))
  // Only while bytes are waited for: a reader that takes its time is not the server's silence.
  const watch: Watch = {
    start: () => {
      timer = setTimeout(silence, silentMs)
    },
    stop: () => clearTimeout(timer),
  }
  try {
    watch.start()
    const response = await send(caller, path, {
      ...given,
      signal,
      accept: 'text/event-stream',
      timeoutMs: streamMsMax,
    })
    watch.stop()
    const type = response.headers.get('content-type') ?? ''
    if (response.body === null || !type.startsWith('text/event-stream'))
      throw new NetworkProblem('broken', 'The answer is no event stream.')
    yield* readEvents(response.body, watch)
  } catch (error) {
    if (given.signal?.aborted) throw given.signal.reason
    if (closing.signal.aborted) throw closing.signal.reason
    if (error instanceof Error && error.name === 'TypeError')
      throw new NetworkProblem('broken', 'The stream broke off.', error)
    throw error
  } finally {
    clearTimeout(timer)
    closing.abort()
  }
}

/** The server ends a stream after ten minutes; this is only the last resort. */
const streamMsMax = 900_000

/** Started before each wait for bytes, stopped when some arrive, pings included. */
interface Watch {
  start(): void
  stop(): void
}

/** Reads server-sent events off bytes. */
async function* readEvents(
  body: ReadableStream<Uint8Array>,
  watch: Watch,
): AsyncGenerator<StreamMessage, void, void> {
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let rest = ''
  try {
    for (;;) {
      watch.start()
      const piece = await reader.read()
      watch.stop()
      if (piece.done) return
      rest += decoder.decode(piece.value, { stream: true })
      const blocks = rest.replaceAll('\r\n', '\n').split('\n\n')
      rest = blocks.pop() ?? ''
      if (rest.length > eventCharactersMax)
        throw new NetworkProblem('broken', 'An event of the stream is too large.')
      for (const block of blocks) {
        const message = parseEvent(block)
        if (message !== undefined) yield message
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined) // it may have been broken already
  }
}

/** One block of lines; undefined for a ping (comment) or a block without data. */
function parseEvent(block: string): StreamMessage | undefined {
  let event = 'message'
  let id: string | undefined
  const data: string[] = []
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':')
    if (colon === 0 || line === '') continue
    const field = colon < 0 ? line : line.slice(0, colon)
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '')
    if (field === 'event') event = value
    else if (field === 'id') id = value
    else if (field === 'data') data.push(value)
  }
  if (data.length === 0) return undefined
  try {
    const parsed: unknown = JSON.parse(data.join('\n'))
    return { event, id, data: parsed }
  } catch (error) {
    throw new NetworkProblem('broken', 'An event of the stream is no JSON.', error)
  }
}
