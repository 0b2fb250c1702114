/** The one door for errors: whatever was thrown → a sentence, whose turn it is, and what to do next. */
import { ApiProblem, NetworkProblem } from '@bp/client'
import type { Fault } from '@bp/contracts/errors'
import { t, type ErrorText } from '../text/en.ts'

export interface Trouble extends ErrorText {
  readonly code: string
  readonly requestId: string | undefined
  /** Faults of the input, each with the pointer of its field. */
  readonly faults: readonly Fault[]
  readonly retryAfterMs: number | undefined
  /** Text for a bug report: facts only, nothing that was typed. */
  readonly report: string
}

const texts: Readonly<Record<string, ErrorText>> = t.errors
/** For these the server's own sentence carries the fact that matters (which state, which reason). */
const serverKnowsBetter: ReadonlySet<string> = new Set([
  'state_conflict',
  'type_refused',
  'upload_incomplete',
  'unavailable',
  'queue_full',
])

/** Turns anything thrown into something that can be shown. Never throws. */
export function readTrouble(error: unknown): Trouble {
  if (error instanceof ApiProblem) {
    const known = Object.hasOwn(texts, error.code) ? texts[error.code] : undefined
    const base: ErrorText = known ?? {
      sentence: error.detail,
      who: error.status >= 500 ? 'us' : 'you',
      action: error.remedy === '' ? t.errors.unknown.action : error.remedy,
    }
    return {
      ...base,
      sentence:
        serverKnowsBetter.has(error.code) && error.detail !== '' ? error.detail : base.sentence,
      code: error.code,
      requestId: error.requestId,
      faults: error.faults,
      retryAfterMs: error.retryAfterMs,
      report: `${error.code} (${error.status}) request ${error.requestId ?? '?'}: ${error.detail}`,
    }
  }
  const text = error instanceof NetworkProblem ? t.errors.network : t.errors.unknown
  return {
    ...text,
    code: error instanceof NetworkProblem ? 'network' : 'unknown',
    requestId: undefined,
    faults: [],
    retryAfterMs: undefined,
    report: error instanceof Error ? `${error.name}: ${error.message}` : String(error),
  }
}

/** The input's name in a pointer: `/radius`, `/input/radius` and `/input/radius/0` all blame `radius`. */
export function fieldOfPointer(pointer: string): string | undefined {
  const parts = pointer.split('/').slice(1)
  const name = parts[0] === 'input' && parts.length > 1 ? parts[1] : parts[0]
  return name === undefined || name === ''
    ? undefined
    : name.replaceAll('~1', '/').replaceAll('~0', '~')
}
