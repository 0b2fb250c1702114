/**
 * GCRA: one time per key says when the bucket would be empty. Exact, without timers, and refused calls cost nothing.
 * What is over a limit of calls is refused; what is over a running limit waits in the queue instead.
 */
import { problem } from '@bp/contracts/errors'
import type { RouteId } from '@bp/contracts/paths'

interface RateClass {
  readonly perMinute: number
  /** Calls that may come at once. */
  readonly burst: number
}

const rateClasses = {
  link: { perMinute: 1, burst: 10 },
  read: { perMinute: 1200, burst: 300 },
  list: { perMinute: 240, burst: 120 },
  write: { perMinute: 240, burst: 120 },
  submit: { perMinute: 120, burst: 60 },
  upload: { perMinute: 120, burst: 60 },
} as const satisfies Record<string, RateClass>
export type RateClassName = keyof typeof rateClasses

/** Which class a route belongs to. Health, streams (bounded by count) and the worker plane have none here. */
export const rateOf: { readonly [K in RouteId]?: RateClassName } = {
  'links.redeem': 'link',
  'workflows.list': 'list',
  'workflows.show': 'read',
  'workflows.version': 'read',
  'jobs.submit': 'submit',
  'jobs.retry': 'submit',
  'jobs.list': 'list',
  'jobs.show': 'read',
  'jobs.cancel': 'write',
  'assets.upload': 'upload',
  'assets.uploadState': 'read',
  'assets.uploadComplete': 'upload',
  'assets.uploadAbort': 'write',
  'assets.list': 'list',
  'assets.show': 'read',
  'assets.content': 'read',
  'queue.show': 'read',
  'jobs.listAll': 'list',
  'fleets.list': 'read',
  'fleets.create': 'write',
  'fleets.show': 'read',
  'workers.list': 'read',
  'workers.drain': 'write',
}

export interface RateLimiter {
  /** Counts a call. Throws `rate_limited` with the whole seconds to wait; answers the headers to send otherwise. */
  take(name: RateClassName, who: string): Readonly<Record<string, string>>
}

/** Keys in memory; beyond, the oldest are forgotten, which loosens a limit and never blocks anybody. */
const keysMax = 10_000

/** Makes a limiter. `factor` multiplies the limits, 0 switches them off. */
export function createRateLimiter(factor: number, nowMs: () => number): RateLimiter {
  const emptyAt = new Map<string, number>()
  return {
    take: (name, who) => {
      if (factor === 0) return {}
      const { perMinute, burst } = rateClasses[name]
      const everyMs = 60_000 / (perMinute * factor)
      const now = nowMs()
      const key = `${name} ${who}`
      const next = Math.max(emptyAt.get(key) ?? now, now) + everyMs
      const overMs = next - now - burst * everyMs
      if (overMs > 0)
        throw problem('rate_limited', {}, { retryAfterS: Math.max(1, Math.ceil(overMs / 1000)) })
      emptyAt.delete(key)
      emptyAt.set(key, next)
      if (emptyAt.size > keysMax) {
        const oldest = emptyAt.keys().next()
        if (oldest.done !== true) emptyAt.delete(oldest.value)
      }
      const left = Math.floor((burst * everyMs - (next - now)) / everyMs)
      return {
        'ratelimit-policy': `"${name}";q=${perMinute};w=60`,
        ratelimit: `"${name}";r=${left};t=${Math.ceil((next - now) / 1000)}`,
      }
    },
  }
}
