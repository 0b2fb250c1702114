/**
 * The coded list of everything that can be refused. `problem(code, params)` is the only way to make one.
 * Codes are stable for ever; text says what is wrong, remedy what to do next; `{name}` is filled from params.
 */
interface ErrorRow {
  readonly status: number
  /** Whose turn it is: the caller's, or ours (then a repeat may help). */
  readonly who: 'you' | 'us'
  readonly text: string
  readonly remedy: string
}

export const errors = {
  json_invalid: {
    status: 400,
    who: 'you',
    text: 'The body is not valid JSON: {reason}.',
    remedy: 'Send valid JSON in UTF-8.',
  },
  unauthorized: {
    status: 401,
    who: 'you',
    text: 'This needs a sign-in.',
    remedy: 'Sign in: run "npx bp open" on the machine for a fresh link.',
  },
  link_invalid: {
    status: 401,
    who: 'you',
    text: 'This sign-in link was used already, or is older than ten minutes.',
    remedy: 'Run "npx bp open" for a fresh one.',
  },
  worker_token_wrong: {
    status: 401,
    who: 'you',
    text: 'The worker token is not known.',
    remedy: 'Register again.',
  },
  secret_wrong: {
    status: 401,
    who: 'you',
    text: 'The fleet secret is wrong.',
    remedy: 'Start the worker with the secret of this fleet.',
  },
  fleet_signature_wrong: {
    status: 401,
    who: 'you',
    text: 'The signature of this call does not fit, or its time is too far off.',
    remedy:
      'Sign method, path, body and time with the fleet secret of this stage, and check the clock.',
  },
  control_secret_wrong: {
    status: 401,
    who: 'you',
    text: 'The control secret is wrong.',
    remedy: 'Use the one in run.json of the data folder of this very instance.',
  },
  scope_missing: {
    status: 403,
    who: 'you',
    text: 'This needs the right {scope}.',
    remedy: 'Sign in as somebody who has it.',
  },
  origin_refused: {
    status: 403,
    who: 'you',
    text: 'A page of {origin} may not do this.',
    remedy: 'Open bp at its own address and try again there.',
  },
  host_refused: {
    status: 403,
    who: 'you',
    text: 'The host name {host} is not served here.',
    remedy: 'Use the address that "npm start" printed.',
  },
  signature_invalid: {
    status: 403,
    who: 'you',
    text: 'The signature of this address does not fit, or it has expired.',
    remedy: 'Ask for a fresh address.',
  },
  not_found: {
    status: 404,
    who: 'you',
    text: 'There is no such {noun}.',
    remedy: 'Check the address; it may have been removed, or belong to somebody else.',
  },
  route_unknown: {
    status: 404,
    who: 'you',
    text: 'There is no route {method} {path}.',
    remedy: 'See /api/openapi.json for the routes there are.',
  },
  method_not_allowed: {
    status: 405,
    who: 'you',
    text: '{method} is not allowed here.',
    remedy: 'Allowed: {allowed}.',
  },
  state_conflict: {
    status: 409,
    who: 'you',
    text: 'This is not possible now: {reason}',
    remedy: 'Look at the current state, then decide.',
  },
  idempotency_in_progress: {
    status: 409,
    who: 'us',
    text: 'The first call with this Idempotency-Key is still running.',
    remedy: 'Repeat in a second with the same key.',
  },
  upload_incomplete: {
    status: 409,
    who: 'you',
    text: 'The file has not arrived: {reason}.',
    remedy: 'Send the bytes to the address of the plan, then complete again.',
  },
  upload_expired: {
    status: 409,
    who: 'you',
    text: 'This upload was given up.',
    remedy: 'Start it again.',
  },
  lease_lost: {
    status: 409,
    who: 'you',
    text: 'This lease is not yours any more.',
    remedy: 'Stop the job and drop its results.',
  },
  worker_bound: {
    status: 409,
    who: 'us',
    text: 'This machine already has a live worker.',
    remedy: 'Wait 45 seconds, or send its token.',
  },
  worker_busy: {
    status: 409,
    who: 'you',
    text: 'The worker still holds {leases} leases.',
    remedy: 'Finish or release them first.',
  },
  fleet_taken: {
    status: 409,
    who: 'you',
    text: 'The fleet {fleet} is there already, and asks for something else.',
    remedy:
      'Look at it with GET /api/v1/admin/fleets/{fleet}; choose another slug, or send exactly what it asks for.',
  },
  protocol_unsupported: {
    status: 409,
    who: 'you',
    text: 'Protocol {received} is not spoken here.',
    remedy: 'Use a worker that speaks {allowed}.',
  },
  body_too_large: {
    status: 413,
    who: 'you',
    text: 'The body is larger than {allowed} bytes.',
    remedy: 'Send less; files go by POST /api/v1/uploads.',
  },
  file_too_large: {
    status: 413,
    who: 'you',
    text: 'The file has {received} bytes; {allowed} are allowed.',
    remedy: 'Send a smaller file.',
  },
  media_type_unsupported: {
    status: 415,
    who: 'you',
    text: 'The content type {received} is not understood here.',
    remedy: 'Send {allowed}.',
  },
  type_refused: {
    status: 422,
    who: 'you',
    text: 'This file cannot be used: {reason}.',
    remedy: 'Send a PNG, JPEG, WebP or GIF picture of at most 100 megapixels.',
  },
  hash_mismatch: {
    status: 422,
    who: 'you',
    text: 'The bytes that arrived are not those that were announced ({reason}).',
    remedy: 'Read the file again and start the upload anew.',
  },
  validation_failed: {
    status: 422,
    who: 'you',
    text: 'Some fields are not valid.',
    remedy: 'Correct the fields listed in "errors".',
  },
  unknown_field: {
    status: 422,
    who: 'you',
    text: 'Some fields are not known.',
    remedy: 'Remove the fields listed in "errors".',
  },
  cursor_invalid: {
    status: 422,
    who: 'you',
    text: 'The cursor does not belong to this list.',
    remedy: 'Start at the first page.',
  },
  input_invalid: {
    status: 422,
    who: 'you',
    text: 'The input does not fit the effect.',
    remedy: 'Correct the inputs listed in "errors".',
  },
  asset_missing: {
    status: 422,
    who: 'you',
    text: 'A file of the input is not there.',
    remedy: 'Upload it (again) and use the new id.',
  },
  effect_disabled: {
    status: 422,
    who: 'you',
    text: 'The effect {slug} is switched off.',
    remedy: 'Choose another effect.',
  },
  graph_invalid: {
    status: 422,
    who: 'you',
    text: 'This is no ComfyUI graph in API format: {reason}.',
    remedy: 'Export it by "Export (API)" in ComfyUI.',
  },
  workflow_format_ui: {
    status: 422,
    who: 'you',
    text: 'This is the editor\'s own save of a workflow ("nodes" and "links"), which does not say what each field holds.',
    remedy: 'In ComfyUI choose Workflow → Export (API) and send that file.',
  },
  graphs_not_allowed: {
    status: 403,
    who: 'you',
    text: 'Bare graphs may not be run here by you.',
    remedy: 'Run an effect, or ask an admin for the right graphs:run.',
  },
  idempotency_key_reused: {
    status: 422,
    who: 'you',
    text: 'This Idempotency-Key was used with another body.',
    remedy: 'Use a new key for a new job.',
  },
  output_missing: {
    status: 422,
    who: 'you',
    text: 'The output {name} has not arrived whole.',
    remedy: 'Send it again, then complete.',
  },
  fleet_unconfigured: {
    status: 422,
    who: 'you',
    text: 'There is no fleet {fleet}.',
    remedy: 'Check stage and slug of the worker.',
  },
  queue_full: {
    status: 429,
    who: 'you',
    text: 'Too many jobs are waiting ({allowed} at most).',
    remedy: 'Wait until some have run.',
  },
  too_many_streams: {
    status: 429,
    who: 'you',
    text: 'Too many live streams are open ({allowed} at most).',
    remedy: 'Close some; polling works as well.',
  },
  rate_limited: {
    status: 429,
    who: 'you',
    text: 'Too many calls of this kind.',
    remedy: 'Wait as long as Retry-After says.',
  },
  internal: {
    status: 500,
    who: 'us',
    text: 'Something went wrong on our side.',
    remedy: 'Try again; if it stays, report the request id.',
  },
  unavailable: {
    status: 503,
    who: 'us',
    text: 'This is not available right now: {reason}.',
    remedy: 'Try again in a moment.',
  },
  shutting_down: {
    status: 503,
    who: 'us',
    text: 'bp is shutting down.',
    remedy: 'Try again when it is back.',
  },
} as const satisfies Record<string, ErrorRow>

export type ErrorCode = keyof typeof errors
type ParamsIn<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}`
  ? Name | ParamsIn<Rest>
  : never
type ParamName<Code extends ErrorCode> =
  | ParamsIn<(typeof errors)[Code]['text']>
  | ParamsIn<(typeof errors)[Code]['remedy']>
/** What the texts of a code need. */
export type ErrorParams<Code extends ErrorCode> = Readonly<Record<ParamName<Code>, string | number>>

/** One fault of an input, with the place where it lies (JSON pointer), what came and what is allowed. */
export interface Fault {
  readonly pointer: string
  readonly code: string
  readonly message: string
  readonly received?: unknown
  readonly allowed?: unknown
}

/** A refusal with a code of the registry. What callers see of it is made by the HTTP border alone. */
export class Problem extends Error {
  readonly code: ErrorCode
  readonly status: number
  readonly remedy: string
  readonly faults: readonly Fault[]
  /** Seconds after which a repeat makes sense; sent as Retry-After. */
  readonly retryAfterS: number | undefined

  constructor(code: ErrorCode, message: string, remedy: string, more: ProblemDetails) {
    super(message, more.cause === undefined ? undefined : { cause: more.cause })
    this.name = 'Problem'
    this.code = code
    this.status = errors[code].status
    this.remedy = remedy
    this.faults = more.faults ?? []
    this.retryAfterS = more.retryAfterS
  }
}

export interface ProblemDetails {
  readonly faults?: readonly Fault[]
  readonly retryAfterS?: number
  readonly cause?: unknown
}

const fillText = (text: string, params: Readonly<Record<string, string | number>>): string =>
  text.replaceAll(/\{(\w+)\}/g, (_, name: string) => String(params[name] ?? ''))

/** The only way to make a refusal: `throw problem('not_found', { noun: 'job' })`. */
export function problem<Code extends ErrorCode>(
  code: Code,
  params: ErrorParams<Code>,
  details: ProblemDetails = {},
): Problem {
  const row = errors[code]
  return new Problem(code, fillText(row.text, params), fillText(row.remedy, params), details)
}

export const isErrorCode = (text: string): text is ErrorCode => Object.hasOwn(errors, text)
