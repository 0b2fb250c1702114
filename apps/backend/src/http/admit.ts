/** Decides, before a body is read, whether this caller may make this call. Driven by the row of the route table. */
import { problem } from '@bp/contracts/errors'
import { paths, type RouteId } from '@bp/contracts/paths'
import { routeOf } from '@bp/contracts/routes'
import { nobody, type Caller, type Callers, type Credentials } from './caller.ts'
import { checkOrigin, type Places } from './host-origin.ts'
import { rateOf, type RateLimiter } from './rate-limit.ts'

export interface Admitted {
  readonly caller: Caller
  /** Headers that tell the caller how much is left. */
  readonly headers: Readonly<Record<string, string>>
}

export interface Gate {
  readonly callers: Callers
  readonly places: Places
  readonly rates: RateLimiter
}

/** Answers who calls, or throws the refusal. Nothing is revealed about objects before rights are known. */
export async function admit(id: RouteId, request: Credentials, gate: Gate): Promise<Admitted> {
  const row = routeOf(id)
  const changes = paths[id].method !== 'GET'
  // An Origin that is there must be ours, whatever the credential: no page of somebody else may change anything.
  if (changes && request.headers.origin !== undefined)
    checkOrigin(request.headers.origin, gate.places)

  const caller = await callerFor(row.auth, request, gate.callers)
  if (caller.kind === 'user') {
    if (changes && caller.via === 'session') checkOrigin(request.headers.origin, gate.places)
    const isAdmin = row.auth !== 'admin' || caller.role === 'admin'
    if (row.scope !== undefined && (!isAdmin || !caller.scopes.includes(row.scope)))
      throw problem('scope_missing', { scope: row.scope })
  }
  const rate = rateOf[id]
  const who = caller.kind === 'user' ? String(caller.id) : (request.ip ?? '')
  return { caller, headers: rate === undefined ? {} : gate.rates.take(rate, who) }
}

async function callerFor(
  auth: ReturnType<typeof routeOf>['auth'],
  request: Credentials,
  callers: Callers,
): Promise<Caller> {
  switch (auth) {
    case 'open':
      return (await callers.user(request)) ?? nobody
    case 'user':
    case 'admin': {
      const user = await callers.user(request)
      if (user === undefined) throw problem('unauthorized', {})
      return user
    }
    case 'worker': {
      const worker = await callers.worker(request)
      if (worker === undefined) throw problem('worker_token_wrong', {})
      return worker
    }
    case 'fleet_secret': {
      const fleet = await callers.fleet(request)
      if (fleet === undefined) throw problem('secret_wrong', {})
      return fleet
    }
    case 'fleet_signature': {
      const fallback = await callers.fallback(request)
      if (fallback === undefined) throw problem('fleet_signature_wrong', {})
      return fallback
    }
    case 'control_secret':
      if (!callers.operator(request)) throw problem('control_secret_wrong', {})
      return { kind: 'operator' }
  }
}
