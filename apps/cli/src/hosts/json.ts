import type { Fault } from '@bp/contracts/errors'
import { exitCodes } from '../exit-codes.ts'
import type { Host, Streams } from './host.ts'

/** The one object on stdout, last line of a stream. */
interface Envelope {
  readonly schema: 'bp/1'
  readonly ok: boolean
  readonly data: unknown
  readonly error: EnvelopeError | null
}
interface EnvelopeError {
  readonly code: string
  readonly message: string
  readonly reason: string | null
  readonly next: string | null
  readonly request_id: string | null
  readonly faults: readonly Fault[]
}

/** One object on stdout; streams write one JSON event a line before it. Notes go to stderr, progress nowhere. */
export function jsonHost({ out, err }: Streams): Host {
  const close = (envelope: Envelope) => out.write(`${JSON.stringify(envelope)}\n`)
  return {
    message: message => {
      if (message.say === 'event') out.write(`${JSON.stringify(message.data)}\n`)
      else if (message.say === 'note') err.write(`${message.text}\n`)
    },
    result: result => {
      const isOk = (result.exit ?? exitCodes.ok) === exitCodes.ok
      const error = isOk
        ? null
        : {
            code: result.failure?.code ?? 'failed',
            message: result.failure?.message ?? 'The command did not succeed.',
            reason: null,
            next: result.next ?? null,
            request_id: null,
            faults: [],
          }
      close({ schema: 'bp/1', ok: isOk, data: result.data ?? null, error })
    },
    refusal: refusal =>
      close({
        schema: 'bp/1',
        ok: false,
        data: null,
        error: {
          code: refusal.code,
          message: refusal.message,
          reason: refusal.reason ?? null,
          next: refusal.next ?? null,
          request_id: refusal.requestId ?? null,
          faults: refusal.faults,
        },
      }),
  }
}
