/** Server-sent events with written bounds: a slow reader loses progress first, then the stream; nothing piles up. */
import type { ServerResponse } from 'node:http'
import { limits } from '@bp/contracts/limits'

export interface EventStream {
  readonly signal: AbortSignal
  write(event: string, data: unknown, options: { id?: number; droppable?: boolean }): void
  /** Says why, asks the reader to come again, and ends. */
  end(reason: string): void
}

/** Opens the stream on a response whose headers have not been sent. `extra` are headers of every answer. */
export function openEventStream(
  response: ServerResponse,
  extra: Readonly<Record<string, string>>,
): EventStream {
  const controller = new AbortController()
  response.writeHead(200, {
    ...extra,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache, no-transform',
    'x-accel-buffering': 'no',
  })

  const send = (text: string, droppable: boolean): void => {
    if (response.writableEnded || response.destroyed) return
    if (response.writableLength + text.length > limits.streamBufferBytesMax) {
      // A message that matters and finds no room: the reader is cut, comes again and begins with a snapshot.
      if (!droppable) response.destroy()
      return
    }
    response.write(text)
  }
  const end = (reason: string): void => {
    send(
      `retry: ${1_000 + Math.floor(Math.random() * 4_000)}\nevent: end\ndata: ${JSON.stringify({ reason })}\n\n`,
      false,
    )
    response.end()
  }

  const ping = setInterval(() => send(': ping\n\n', true), limits.streamPingMs)
  const life = setTimeout(() => end('life'), limits.streamMsMax)
  // The response's close, not the request's: the latter is over as soon as its empty body was read.
  response.once('close', () => {
    clearInterval(ping)
    clearTimeout(life)
    controller.abort()
  })
  response.on('error', () => undefined)
  send(': open\n\n', true)

  return {
    signal: controller.signal,
    write: (event, data, options) =>
      send(
        `event: ${event}\n${options.id === undefined ? '' : `id: ${options.id}\n`}data: ${JSON.stringify(data)}\n\n`,
        options.droppable === true,
      ),
    end,
  }
}
