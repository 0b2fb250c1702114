/** What callers see of a refusal: RFC 9457, with the registry's words only. Text of foreign exceptions stays in the log. */
import type { z } from 'zod'
import { errors, problem, Problem, type Fault } from '@bp/contracts/errors'
import type { ProblemBody } from '@bp/contracts/shapes/wire'
import { isLostConnection } from '@bp/store/failure'

export function problemBody(shown: Problem, requestId: string): ProblemBody {
  return {
    type: `/docs/errors#${shown.code}`,
    title: shown.code.replaceAll('_', ' '),
    status: shown.status,
    detail: shown.message,
    code: shown.code,
    remedy: shown.remedy,
    request_id: requestId,
    retryable: errors[shown.code].who === 'us' || shown.status === 429,
    errors: shown.faults.map(fault => ({ ...fault })),
  }
}

/** Any thrown value as a refusal. Only `Problem`s speak for themselves. */
export function problemFrom(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE': {
      const limit = thrown instanceof Error && 'bytesMax' in thrown ? Number(thrown.bytesMax) : 0
      return problem('body_too_large', { allowed: limit }, { cause: thrown })
    }
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_CTP_EMPTY_TYPE':
      return problem(
        'media_type_unsupported',
        { received: 'of this body', allowed: 'application/json' },
        { cause: thrown },
      )
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'FST_ERR_CTP_INVALID_JSON_BODY':
      return problem('json_invalid', { reason: 'the text does not parse' }, { cause: thrown })
    case 'FST_ERR_BAD_URL':
      return problem('route_unknown', { method: '', path: 'with such an address' })
    case 'closed':
      return problem('shutting_down', {}, { cause: thrown, retryAfterS: 2 })
    default:
      return isDatabaseAway(thrown)
        ? problem(
            'unavailable',
            { reason: 'the database does not answer' },
            { cause: thrown, retryAfterS: 2 },
          )
        : problem('internal', {}, { cause: thrown })
  }
}

/** SQLITE_BUSY, READONLY, IOERR, FULL: the state of the machine, not a fault of the statement. */
const sqliteAway = new Set([5, 8, 10, 13])
/** No connection to be had in time; disk full. */
const mariadbAway = new Set([45028, 1021, 1205, 1213])

/** Failures that a repeat may cure are no programming errors of ours. */
function isDatabaseAway(thrown: unknown): boolean {
  if (typeof thrown !== 'object' || thrown === null) return false
  if (isLostConnection(thrown)) return true
  const errno: unknown = Reflect.get(thrown, 'errno')
  if (typeof errno === 'number' && mariadbAway.has(errno)) return true
  const errcode: unknown = Reflect.get(thrown, 'errcode')
  // The low byte is the kind; the rest tells it more closely.
  return typeof errcode === 'number' && sqliteAway.has(errcode & 0xff)
}

/** Faults of zod as ours: JSON pointers under `/`, our words, unknown fields told apart. */
export function problemFromZod(error: z.ZodError, place: 'body' | 'query' | 'params'): Problem {
  const faults: Fault[] = []
  let unknownOnly = true
  for (const issue of error.issues.slice(0, 50)) {
    const at = pointerOf(place, issue.path)
    if (issue.code === 'unrecognized_keys') {
      for (const key of issue.keys.slice(0, 50))
        faults.push({
          pointer: `${at}/${escape(key)}`,
          code: 'unknown',
          message: `There is no field "${key.slice(0, 80)}".`,
        })
      continue
    }
    unknownOnly = false
    faults.push({ pointer: at, code: codeOf(issue), message: issue.message, ...allowedOf(issue) })
  }
  return problem(unknownOnly ? 'unknown_field' : 'validation_failed', {}, { faults })
}

const pointerOf = (place: 'body' | 'query' | 'params', path: readonly PropertyKey[]): string =>
  `${place === 'body' ? '' : `/${place}`}${path.map(part => `/${escape(String(part))}`).join('')}`
const escape = (part: string): string => part.replaceAll('~', '~0').replaceAll('/', '~1')

/** A check of our own may carry a code of its own, and what it would have taken. */
const codeOf = (issue: z.core.$ZodIssue): string => {
  const own: unknown = issue.code === 'custom' ? issue.params?.['code'] : undefined
  return typeof own === 'string' ? own : issue.code
}

function allowedOf(issue: z.core.$ZodIssue): { allowed?: unknown } {
  if (issue.code === 'invalid_value') return { allowed: issue.values }
  if (issue.code === 'too_big') return { allowed: { maximum: Number(issue.maximum) } }
  if (issue.code === 'too_small') return { allowed: { minimum: Number(issue.minimum) } }
  if (issue.code === 'custom' && issue.params?.['allowed'] !== undefined)
    return { allowed: issue.params['allowed'] }
  if (issue.code === 'invalid_type') return { allowed: issue.expected }
  return {}
}
