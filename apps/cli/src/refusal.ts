import type { Fault } from '@bp/contracts/errors'
import { exitCodes, type ExitCode } from './exit-codes.ts'

/** What a command refuses or cannot do: one sentence, the cause, the next command, the request id. */
export class Refusal extends Error {
  readonly code: string
  readonly exit: ExitCode
  readonly reason: string | undefined
  readonly next: string | undefined
  readonly requestId: string | undefined
  readonly faults: readonly Fault[]

  constructor(
    code: string,
    exit: keyof typeof exitCodes,
    message: string,
    more: RefusalDetails = {},
  ) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.name = 'Refusal'
    this.code = code
    this.exit = exitCodes[exit]
    this.reason = more.reason
    this.next = more.next
    this.requestId = more.requestId
    this.faults = more.faults ?? []
  }
}

export interface RefusalDetails {
  readonly reason?: string | undefined
  readonly next?: string | undefined
  readonly requestId?: string | undefined
  readonly faults?: readonly Fault[]
  readonly cause?: unknown
}

/** Wrong usage: what was typed cannot be understood. */
export const wrongUsage = (message: string, next?: string): Refusal =>
  new Refusal('usage', 'usage', message, { next })
