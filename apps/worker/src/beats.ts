/**
 * Beats: they keep leases alive and carry progress, on a timer of their own that no job can hold up.
 *
 *   every 10 s ± 10 % ─┐
 *   at once on a change┴▶ beat (one at a time, ≤ 2 a second) ─▶ ok: extended │ cancel: stopped │ lost: stopped
 *   no answer ─▶ again within a second, until the lease runs out ─▶ lost
 */
import { ApiProblem } from '@bp/client'
import type { Directive } from '@bp/contracts/leases'
import { limits } from '@bp/contracts/limits'
import type { Beat, Lease } from '@bp/contracts/shapes/leases'
import { holdLease, type HeldLease } from './held-lease.ts'
import { reasonOf, type Log } from './log.ts'
import { callMs, type Plane } from './plane.ts'
import { backoffMs } from './waiting.ts'

export interface Beats extends Disposable {
  /** Takes a granted lease into hand, sends its first beat at once, and guards its expiry. */
  hold(lease: Lease): HeldLease
  /** The lease has ended (or is lost): no more beats for it. */
  drop(held: HeldLease): void
  held(): readonly HeldLease[]
  /** Beat even with nothing in hand, so that a worker which asks for no leases is not taken for lost. */
  stayHeard(wanted: boolean): void
}

export interface BeatsOptions {
  readonly plane: Plane
  readonly log: Log
  readonly beatEveryMs: number
  readonly host: () => NonNullable<Beat['host']>
  readonly onDirectives: (directives: readonly Directive[]) => void
  /** The backend does not know the token any more; what was held is lost. */
  readonly onTokenLost: () => void
}

/** At most two beats a second, whatever changes. */
const betweenMs = 500
const retryMsFirst = 250
const retryMsMost = 2_000

export function startBeats(options: BeatsOptions): Beats {
  const { plane, log } = options
  const held = new Set<HeldLease>()
  const end = new AbortController()
  let timer: NodeJS.Timeout | undefined
  let dueAt = Infinity
  let sentAt = -Infinity
  let isSending = false
  let isChanged = false
  let isHeardAnyway = false
  let failures = 0

  const schedule = (inMs: number) => {
    const at = Math.max(performance.now() + inMs, sentAt + betweenMs)
    if (at >= dueAt || end.signal.aborted) return
    dueAt = at
    clearTimeout(timer)
    timer = setTimeout(() => void beat(), Math.max(0, at - performance.now()))
  }
  const isWanted = () => held.size > 0 || isHeardAnyway
  const loseExpired = () => {
    for (const lease of held)
      if (performance.now() >= lease.expiresAt()) {
        log.warn('lease.expired', { job: lease.lease.job, epoch: lease.lease.epoch })
        lease.stop({ kind: 'lost' })
      }
  }
  // Beside the beats: a call that hangs must not delay the moment at which a job has to stop.
  const guard = setInterval(loseExpired, 250)
  guard.unref()

  const beat = async (): Promise<void> => {
    if (isSending) {
      isChanged = true
      return
    }
    isSending = true
    isChanged = false
    dueAt = Infinity
    sentAt = performance.now()
    const sent = [...held]
    let waitMs = options.beatEveryMs
    try {
      const answer = await plane.leases.renew({
        body: {
          leases: sent.map(lease => ({
            ...lease.key,
            phase: lease.phase(),
            progress: lease.progress(),
          })),
          host: options.host(),
        },
        signal: end.signal,
        timeoutMs: callMs.beat,
      })
      failures = 0
      waitMs = answer.renew_in_ms
      for (const row of answer.leases) {
        const lease = sent.find(one => one.key.job === row.job && one.key.epoch === row.epoch)
        if (lease === undefined) continue
        if (row.verdict === 'lost') {
          // A lease that ended while the beat was on its way is no news.
          if (held.has(lease)) log.warn('lease.lost', { job: row.job, epoch: row.epoch })
          lease.stop({ kind: 'lost' })
          continue
        }
        lease.extend(sentAt + row.expires_in_ms)
        if (row.verdict === 'cancel') lease.stop({ kind: 'asked', reason: row.reason ?? '' })
      }
      if (answer.directives.length > 0) options.onDirectives(answer.directives)
    } catch (error) {
      if (end.signal.aborted) return
      if (error instanceof ApiProblem && error.code === 'worker_token_wrong') {
        for (const lease of sent) lease.stop({ kind: 'lost' })
        options.onTokenLost()
      }
      if (failures++ === 0) log.warn('beat.failed', { reason: reasonOf(error) })
      waitMs = backoffMs(failures, retryMsFirst, retryMsMost)
    } finally {
      isSending = false
    }
    if (isWanted()) schedule(isChanged ? 0 : waitMs * (0.9 + Math.random() * 0.2))
  }

  return {
    hold: lease => {
      const expiresAt = performance.now() + Math.min(lease.expires_in_ms, limits.leaseMs)
      const one = holdLease(lease, expiresAt, () => {
        if (held.has(one)) schedule(0)
      })
      held.add(one)
      // The answer with the lease may have been long on its way: only a beat says how long it really lives.
      schedule(0)
      return one
    },
    drop: one => {
      held.delete(one)
      if (isWanted()) return
      clearTimeout(timer)
      dueAt = Infinity
    },
    held: () => [...held],
    stayHeard: wanted => {
      isHeardAnyway = wanted
      if (wanted) schedule(0)
    },
    [Symbol.dispose]: () => {
      end.abort()
      clearTimeout(timer)
      clearInterval(guard)
    },
  }
}
