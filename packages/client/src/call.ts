/** One call: address, headers, time limit, repeats. Knows nothing of nouns. */
import { paths, type Path, type RouteId } from '@bp/contracts/paths'
import { ApiProblem, NetworkProblem, readProblem } from './problems.ts'

export interface Caller {
  /** Origin of the API, e.g. `http://127.0.0.1:8020`; '' means the page's own. */
  readonly baseUrl: string
  readonly fetch: typeof globalThis.fetch
  readonly headers: () => Readonly<Record<string, string>>
  readonly onUnauthorized: (problem: ApiProblem) => void
}

export interface CallArguments {
  readonly params?: Readonly<Record<string, string | number>> | undefined
  readonly query?: unknown
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>> | undefined
  readonly signal?: AbortSignal | undefined
  readonly timeoutMs?: number | undefined
  /** Sent as `Idempotency-Key`. Where the route knows one and none is given, a fresh one is drawn. */
  readonly idempotencyKey?: string | undefined
}

const timeoutMsDefault = 30_000
const triesMax = 4
const backoffMsBase = 250
const backoffMsMax = 4_000
/** A server that asks for more patience than this is not waited for: the caller decides. */
const retryAfterMsMax = 15_000
const retryStatuses = [429, 502, 503, 504]

/**
 * Calls a route and hands back its JSON (undefined for an empty answer). Repeats only what may be repeated,
 * at most four tries. Throws `ApiProblem`, `NetworkProblem`, or the reason of `signal`.
 */
export async function call(caller: Caller, id: RouteId, given: CallArguments): Promise<unknown> {
  const path: Path = paths[id]
  const idempotencyKey =
    given.idempotencyKey ?? (path.idempotency === undefined ? undefined : crypto.randomUUID())
  const isRepeatable = path.method === 'GET' || path.idempotency !== undefined
  const tries = isRepeatable ? triesMax : 1
  for (let attempt = 1; ; attempt++) {
    try {
      const response = await send(caller, path, { ...given, idempotencyKey })
      return await readAnswer(response)
    } catch (error) {
      if (given.signal?.aborted) throw given.signal.reason
      if (error instanceof ApiProblem && error.status === 401) caller.onUnauthorized(error)
      const waitMs = attempt < tries ? waitBeforeRepeat(error, attempt) : undefined
      if (waitMs === undefined) throw error
      await pause(waitMs, given.signal)
    }
  }
}

/** Sends one request and answers its response when the status is good. The body is unread. */
export async function send(
  caller: Caller,
  path: Path,
  given: CallArguments & { readonly accept?: string },
): Promise<Response> {
  const timeoutMs = given.timeoutMs ?? timeoutMsDefault
  const limit = AbortSignal.timeout(timeoutMs)
  const signal = given.signal === undefined ? limit : AbortSignal.any([given.signal, limit])
  // Routes that take a body take an object: an empty one where there is nothing to say.
  const hasBody = path.method !== 'GET' && path.method !== 'DELETE'
  const headers: Record<string, string> = {
    accept: given.accept ?? 'application/json',
    ...(hasBody ? { 'content-type': 'application/json' } : {}),
    ...(given.idempotencyKey === undefined ? {} : { 'idempotency-key': given.idempotencyKey }),
    ...caller.headers(),
    ...given.headers,
  }
  let response: Response
  try {
    response = await caller.fetch(addressOf(caller.baseUrl, path.path, given), {
      method: path.method,
      headers,
      signal,
      redirect: 'manual', // a credential must not travel to where a redirect leads
      credentials: 'same-origin',
      ...(hasBody ? { body: JSON.stringify(given.body ?? {}) } : {}),
    })
  } catch (error) {
    if (given.signal?.aborted) throw given.signal.reason
    if (limit.aborted)
      throw new NetworkProblem('timeout', `No answer within ${timeoutMs / 1000} s.`, error)
    throw new NetworkProblem('unreachable', 'The server cannot be reached.', error)
  }
  if (response.status >= 400) throw await readProblem(response)
  return response
}

/** Fills `:name` places of a path and appends the query; lists are joined by commas. */
function addressOf(
  baseUrl: string,
  path: string,
  { params, query }: Pick<CallArguments, 'params' | 'query'>,
): string {
  const filled = path.replaceAll(/:(\w+)/g, (_, name: string) => {
    const value = params?.[name]
    if (value === undefined || value === '') throw new TypeError(`${path} needs "${name}"`)
    return encodeURIComponent(value)
  })
  const search = new URLSearchParams()
  if (typeof query === 'object' && query !== null)
    for (const [key, value] of Object.entries(query)) {
      if (value === undefined || value === null) continue
      search.set(key, Array.isArray(value) ? value.join(',') : String(value))
    }
  const tail = search.size === 0 ? '' : `?${search.toString()}`
  return `${baseUrl.replace(/\/+$/, '')}${filled}${tail}`
}

async function readAnswer(response: Response): Promise<unknown> {
  try {
    const text = await response.text()
    if (text === '') return undefined
    const value: unknown = JSON.parse(text)
    return value
  } catch (error) {
    throw new NetworkProblem('broken', 'The answer broke off or is no JSON.', error)
  }
}

/** Ms to wait before the next try; undefined when a repeat cannot help. */
function waitBeforeRepeat(error: unknown, attempt: number): number | undefined {
  const backoffMs = jittered(Math.min(backoffMsMax, backoffMsBase * 2 ** (attempt - 1)))
  if (error instanceof NetworkProblem) return backoffMs
  if (!(error instanceof ApiProblem)) return undefined
  const isBusy = retryStatuses.includes(error.status) || error.code === 'idempotency_in_progress'
  // A full queue is no hiccup: only somebody's job ending helps.
  if (!isBusy || error.code === 'queue_full' || error.code === 'too_many_streams') return undefined
  if (error.retryAfterMs === undefined) return backoffMs
  return error.retryAfterMs <= retryAfterMsMax ? error.retryAfterMs + backoffMs : undefined
}

/** Half to all of it, so that callers who failed together do not come back together. */
function jittered(ms: number): number {
  const [word = 0] = crypto.getRandomValues(new Uint32Array(1))
  return ms * (0.5 + word / 2 ** 33)
}

function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal?.reason)
    }
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop)
      resolve()
    }, ms)
    signal?.addEventListener('abort', stop, { once: true })
  })
}
