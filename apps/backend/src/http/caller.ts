/** Who is calling. Three planes, three credentials: none of them opens another's door. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { verifyFleetCall } from '@bp/contracts/fleet-signature'
import { stages, type Stage } from '@bp/contracts/fleets'
import { formatId, parseId, type LaunchId, type UserId, type WorkerId } from '@bp/contracts/ids'
import {
  adminScopes,
  localScopes,
  memberScopes,
  type Scope,
  type UserRole,
} from '@bp/contracts/users'
import type { WorkerState } from '@bp/contracts/workers'
import type { Store } from '@bp/store/store'
import { findUser, resolveSession } from '@bp/store/users/resolve-session'
import type { UserRow } from '@bp/store/users/rows'
import { findByToken } from '@bp/store/workers/find-by-token'
import type { WorkerRow } from '@bp/store/workers/rows'
import { show as showWorker } from '@bp/store/workers/show'
import { deriveKey, type BackendSecrets } from '../config/secrets.ts'
import { stagesOf, type FleetSecrets } from '../fleet/secrets/fleet-secrets.ts'
import { isLoopbackAddress, isLoopbackHost } from './host-origin.ts'

export interface UserCaller {
  readonly kind: 'user'
  readonly id: UserId
  readonly name: string
  readonly role: UserRole
  readonly scopes: readonly Scope[]
  readonly via: 'session' | 'local'
  /** Of a session; undefined for a local program. */
  readonly sessionToken: string | undefined
}
export interface WorkerCaller {
  readonly kind: 'worker'
  readonly worker: WorkerRow
}
export interface FleetCaller {
  readonly kind: 'fleet'
  /** The launch whose secret this is; undefined for the secret of a stage. */
  readonly launch: LaunchId | undefined
  /** Where it may register. */
  readonly stages: readonly Stage[]
}
/** The fallback that ends machines when the scaler does not. */
export interface FallbackCaller {
  readonly kind: 'fallback'
  /** SHA-256 in hex that the body must have: it was signed along, and has not arrived yet. */
  readonly bodyHash: string
}
export type Caller =
  | { readonly kind: 'nobody' }
  | UserCaller
  | WorkerCaller
  | FleetCaller
  | FallbackCaller
  | { readonly kind: 'operator' }

export const nobody: Caller = { kind: 'nobody' }

/** What a request shows of itself before its body is read. */
export interface Credentials {
  readonly headers: IncomingHttpHeaders
  readonly ip: string | undefined
  readonly method: string
  /** Path and query, as they stand in the request line. */
  readonly url: string
}

export interface Callers {
  /** A person or program: a session cookie, or a local program of the owner. */
  user(request: Credentials): Promise<UserCaller | undefined>
  worker(request: Credentials): Promise<WorkerCaller | undefined>
  fleet(request: Credentials): Promise<FleetCaller | undefined>
  fallback(request: Credentials): Promise<FallbackCaller | undefined>
  operator(request: Credentials): boolean
  /** A session has ended or a worker's row has changed: what is remembered is asked anew. */
  forgetSession(token: string): void
  forgetWorker(id: WorkerId): void
  /** A worker's state as it is remembered, else as it is; what has no row has ended. */
  workerState(id: WorkerId): Promise<WorkerState>
  readonly cookieName: string
}

/** The stage stands in the path, so its secret is known before anything else of the call is read. */
const fallbackPath = /^\/api\/internal\/fleets\/([^/?]+)\//

/** How long a found session or worker is believed. Ending one here forgets it at once; elsewhere it takes this long. */
const sessionMs = 5_000
const workerMs = 30_000
/** Entries remembered; beyond, all are forgotten, which costs one query each. */
const rememberedMax = 2_000

export interface CallersOptions {
  readonly store: Store
  readonly secrets: BackendSecrets
  readonly fleetSecrets: FleetSecrets
  readonly publicPort: string
  /** The one person of this machine; undefined where programs need a key. */
  readonly localOwner: UserId | undefined
  readonly nowMs: () => number
}

export function createCallers({
  store,
  secrets,
  fleetSecrets,
  publicPort,
  localOwner,
  nowMs,
}: CallersOptions): Callers {
  const sessions = new Map<string, { caller: UserCaller | undefined; untilMs: number }>()
  const workers = new Map<string, { caller: WorkerCaller | undefined; untilMs: number }>()
  // Cookies are not told apart by port: without it two instances on one machine would sign each other out.
  const cookieName = `bp_${publicPort}`

  return {
    cookieName,
    user: async request => {
      if (request.headers.authorization !== undefined) return undefined
      const token = readCookie(request.headers.cookie, cookieName)
      if (token !== undefined) {
        const known = sessions.get(token)
        if (known !== undefined && known.untilMs > nowMs()) return known.caller
        const found = await store.read(reader => resolveSession(reader, { token }))
        const caller = found === undefined ? undefined : sessionCaller(found.user, token)
        remember(sessions, token, { caller, untilMs: nowMs() + sessionMs })
        if (caller !== undefined) return caller
      }
      if (localOwner === undefined || !isLocalProgram(request)) return undefined
      const key = `local ${localOwner}`
      const known = sessions.get(key)
      if (known !== undefined && known.untilMs > nowMs()) return known.caller
      const owner = await store.read(reader => findUser(reader, localOwner))
      const caller = owner === undefined ? undefined : localCaller(owner)
      remember(sessions, key, { caller, untilMs: nowMs() + sessionMs })
      return caller
    },
    worker: async request => {
      const token = readBearer(request.headers.authorization)
      if (token === undefined) return undefined
      const hash = createHash('sha256').update(token).digest()
      const key = hash.toString('base64')
      const known = workers.get(key)
      if (known !== undefined && known.untilMs > nowMs()) return known.caller
      const worker = await store.read(reader => findByToken(reader, hash))
      const caller = worker === undefined ? undefined : ({ kind: 'worker', worker } as const)
      // A token that is not known yet may be in a moment: only what was found is remembered.
      if (caller !== undefined) remember(workers, key, { caller, untilMs: nowMs() + workerMs })
      return caller
    },
    fleet: async request => {
      const given = readBearer(request.headers.authorization)
      if (given === undefined) return undefined
      const launch = parseId('launch', given.split('.')[0] ?? '')
      if (launch !== undefined)
        return sameText(given, launchSecret(secrets.appKey, launch))
          ? { kind: 'fleet', launch, stages: stages.words }
          : undefined
      const opened = await stagesOf(fleetSecrets, secret => sameText(given, secret))
      return opened.length > 0 ? { kind: 'fleet', launch: undefined, stages: opened } : undefined
    },
    fallback: async ({ headers, method, url }) => {
      const stage = fallbackPath.exec(url)?.[1]
      if (headers.authorization === undefined || stage === undefined || !stages.has(stage))
        return undefined
      const call = { method, path: url }
      for (const secret of await fleetSecrets.of(stage)) {
        const proven = await verifyFleetCall(secret, headers.authorization, call, nowMs())
        if (proven !== undefined) return { kind: 'fallback', bodyHash: proven.bodyHash }
      }
      return undefined
    },
    operator: request => {
      const given = readBearer(request.headers.authorization)
      return given !== undefined && sameText(given, secrets.controlSecret)
    },
    forgetSession: token => {
      sessions.delete(token)
    },
    forgetWorker: id => {
      for (const [key, known] of workers) if (known.caller?.worker.id === id) workers.delete(key)
    },
    workerState: async id => {
      for (const known of workers.values())
        if (known.caller?.worker.id === id && known.untilMs > nowMs())
          return known.caller.worker.state
      const row = await store.read(reader => showWorker(reader, id))
      return row?.state ?? 'ended'
    },
  }
}

/**
 * The secret with which one launched worker registers: its launch id and a signature of it, so that a restarted
 * backend knows the secrets of the children that it finds without having stored any.
 */
export function launchSecret(appKey: Uint8Array, launch: LaunchId): string {
  const id = formatId('launch', launch)
  return `${id}.${deriveKey(appKey, `launch:${id}`).toString('base64url')}`
}

/** The rights of a person: those of the role, and the right to run bare graphs where it was given. */
export function scopesOf(user: Pick<UserRow, 'role' | 'graphsRun'>): readonly Scope[] {
  if (user.role === 'admin') return adminScopes
  return user.graphsRun ? [...memberScopes, 'graphs:run'] : memberScopes
}

const sessionCaller = (user: UserRow, sessionToken: string): UserCaller => ({
  kind: 'user',
  id: user.id,
  name: user.name,
  role: user.role,
  scopes: scopesOf(user),
  via: 'session',
  sessionToken,
})

const localCaller = (owner: UserRow): UserCaller => ({
  kind: 'user',
  id: owner.id,
  name: owner.name,
  role: owner.role,
  scopes: localScopes,
  via: 'local',
  sessionToken: undefined,
})

/** A program on this machine, and surely no page: browsers send Origin or Sec-Fetch-Site, proxies X-Forwarded-For. */
function isLocalProgram({ headers, ip }: Credentials): boolean {
  return (
    isLoopbackAddress(ip) &&
    isLoopbackHost(headers.host ?? '') &&
    headers.origin === undefined &&
    headers['sec-fetch-site'] === undefined &&
    headers['x-forwarded-for'] === undefined
  )
}

function readCookie(header: string | undefined, name: string): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [key, value] = part.trim().split('=')
    if (key === name && value !== undefined && value !== '' && value.length <= 255) return value
  }
  return undefined
}

const readBearer = (header: string | undefined): string | undefined =>
  /^Bearer ([\x21-\x7e]{16,256})$/.exec(header ?? '')?.[1]

/** Compares in constant time, whatever the lengths. */
function sameText(given: string, wanted: string): boolean {
  const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
  return timingSafeEqual(hash(given), hash(wanted))
}

function remember<Value>(known: Map<string, Value>, key: string, value: Value): void {
  if (known.size >= rememberedMax) known.clear()
  known.set(key, value)
}
