import type { Fault } from '@bp/contracts/errors'

/** What the server refused, in its own words. */
export class ApiProblem extends Error {
  /** A code of the registry; the set may grow, so it is a text here. */
  readonly code: string
  readonly status: number
  readonly detail: string
  /** What to do next. */
  readonly remedy: string
  readonly requestId: string | undefined
  /** Faults of the input, each with its pointer. */
  readonly faults: readonly Fault[]
  /** After how many ms a repeat makes sense, when the server said so. */
  readonly retryAfterMs: number | undefined

  constructor(facts: ProblemFacts) {
    super(facts.detail)
    this.name = 'ApiProblem'
    this.code = facts.code
    this.status = facts.status
    this.detail = facts.detail
    this.remedy = facts.remedy
    this.requestId = facts.requestId
    this.faults = facts.faults
    this.retryAfterMs = facts.retryAfterMs
  }
}

export interface ProblemFacts {
  readonly code: string
  readonly status: number
  readonly detail: string
  readonly remedy: string
  readonly requestId: string | undefined
  readonly faults: readonly Fault[]
  readonly retryAfterMs: number | undefined
}

/** No answer came, or it broke off: whether the server has acted is not known. */
export class NetworkProblem extends Error {
  readonly reason: 'unreachable' | 'timeout' | 'broken'
  constructor(reason: NetworkProblem['reason'], message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'NetworkProblem'
    this.reason = reason
  }
}

const bodyCharactersMax = 1_048_576

/** Reads a refusal. Anything that is no problem+json (a proxy's page) becomes one with the status as its code. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const retryAfterMs = readRetryAfter(response.headers.get('retry-after'))
  const requestId = response.headers.get('request-id') ?? undefined
  const body = await readJson(response)
  const text = (key: string): string | undefined => {
    const value = body?.[key]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  return new ApiProblem({
    code: text('code') ?? `http_${response.status}`,
    status: response.status,
    detail: text('detail') ?? text('title') ?? `The server answered ${response.status}.`,
    remedy: text('remedy') ?? '',
    requestId: text('request_id') ?? requestId,
    faults: readFaults(body?.['errors']),
    retryAfterMs,
  })
}

async function readJson(response: Response): Promise<Record<string, unknown> | undefined> {
  try {
    const text = await response.text()
    if (text.length > bodyCharactersMax) return undefined
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined // the status alone tells enough
  }
}

function readFaults(value: unknown): readonly Fault[] {
  if (!Array.isArray(value)) return []
  return value.flatMap((row: unknown) => {
    if (!isRecord(row)) return []
    const { pointer, code, message, received, allowed } = row
    if (typeof pointer !== 'string' || typeof code !== 'string' || typeof message !== 'string')
      return []
    return [{ pointer, code, message, received, allowed }]
  })
}

/** Only seconds are sent by bp; a date or nonsense is no hint. */
function readRetryAfter(header: string | null): number | undefined {
  return header !== null && /^\d{1,6}$/.test(header) ? Number(header) * 1000 : undefined
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
