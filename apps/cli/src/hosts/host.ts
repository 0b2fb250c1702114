import type { Refusal } from '../refusal.ts'
import type { Message, Result } from '../verb.ts'
import { jsonHost } from './json.ts'
import { pipeHost } from './pipe.ts'
import { paintFor, type StyleChoice } from './style.ts'
import { terminalHost } from './terminal.ts'

/** Where words go. The result goes to `out`, everything else to `err`. */
export interface Streams {
  readonly out: Sink
  readonly err: Sink
}
interface Sink {
  readonly write: (text: string) => void
  readonly isTerminal: boolean
  /** Letters in a line; 80 when it is not known. */
  readonly columns: number
}

/** The only thing that prints. */
export interface Host {
  message(message: Message): void
  result(result: Result): void
  refusal(refusal: Refusal): void
}

/** JSON when asked for, a terminal's host when a person reads, else plain text for a pipe. */
export function hostFor(streams: Streams, isJson: boolean, style: StyleChoice): Host {
  if (isJson) return jsonHost(streams)
  const paint = {
    out: paintFor(style, streams.out.isTerminal),
    err: paintFor(style, streams.err.isTerminal),
  }
  return streams.out.isTerminal ? terminalHost(streams, paint) : pipeHost(streams, paint)
}
