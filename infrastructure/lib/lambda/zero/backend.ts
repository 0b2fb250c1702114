import { signFleetCall } from '@bp/contracts/fleet-signature'
/** The backend as the fallback sees it: one question and one request, signed with the stage's fleet secret. */
import type { Stage } from '@bp/contracts/fleets'
import { paths } from '@bp/contracts/paths'
import { FleetMachines, MachineDrained } from '@bp/contracts/shapes/fleets'

export interface FleetKey {
  readonly stage: Stage
  readonly slug: string
}

export interface BackendAccess {
  /** Origin of the API, as bp-compute published it. */
  readonly url: string
  readonly secret: string
}

export type Asked<Answer> =
  | { readonly kind: 'answers'; readonly answer: Answer }
  /** No answer, or one that says that it cannot serve. */
  | { readonly kind: 'away' }
  /** It lives, but will not tell us: a wrong secret, an unknown fleet. Then nobody may be ended on a guess. */
  | { readonly kind: 'refuses'; readonly status: number }

/** One try; after two without an answer the backend is away. */
const tryMs = 4_000
const triesMax = 2
const answerBytesMax = 1_048_576

/** Leases, workers and the scaler's age of a fleet. */
export const askMachines = (
  access: BackendAccess,
  fleet: FleetKey,
  signal: AbortSignal,
): Promise<Asked<FleetMachines>> =>
  ask(access, paths['fleets.machines'], fleet, '', FleetMachines, signal)

/** Asks to drain the worker of a machine, which is refused as `busy` while it holds a lease. */
export const askDrain = (
  access: BackendAccess,
  fleet: FleetKey,
  instance: string,
  signal: AbortSignal,
): Promise<Asked<MachineDrained>> =>
  ask(
    access,
    paths['fleets.drainMachine'],
    fleet,
    JSON.stringify({ instance }),
    MachineDrained,
    signal,
  )

async function ask<Answer>(
  { url, secret }: BackendAccess,
  route: { readonly method: 'GET' | 'POST'; readonly path: string },
  fleet: FleetKey,
  body: string,
  shape: { parse(value: unknown): Answer },
  signal: AbortSignal,
): Promise<Asked<Answer>> {
  const path = route.path.replace(':stage', fleet.stage).replace(':slug', fleet.slug)
  for (let tried = 0; tried < triesMax && !signal.aborted; tried++) {
    const authorization = await signFleetCall(
      secret,
      { method: route.method, path, body },
      Date.now(),
    )
    const text = await send(new URL(path, url), {
      method: route.method,
      headers: {
        authorization,
        ...(body === '' ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === '' ? {} : { body }),
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(tryMs)]),
    })
    if (text === undefined || text.status >= 500) continue
    if (text.status !== 200) return { kind: 'refuses', status: text.status }
    return { kind: 'answers', answer: shape.parse(JSON.parse(text.body)) }
  }
  return { kind: 'away' }
}

/** Undefined when no answer came. */
async function send(
  url: URL,
  options: RequestInit,
): Promise<{ readonly status: number; readonly body: string } | undefined> {
  try {
    const answer = await fetch(url, options)
    const body = await answer.text()
    if (body.length > answerBytesMax) throw new Error(`the answer of ${url.pathname} is too long`)
    return { status: answer.status, body }
  } catch {
    return undefined
  }
}
