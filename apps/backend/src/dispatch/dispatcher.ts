/**
 * Brings waiting jobs and waiting workers together: one grant in flight a fleet, for all of its waiters at once.
 * A poll per worker would be many small transactions that come back empty.
 *
 *   idle ── work or a new waiter ──▶ granting ──▶ granted some: again · none: idle
 */
import type { WorkerId } from '@bp/contracts/ids'
import { limits } from '@bp/contracts/limits'
import { end } from '@bp/store/leases/end'
import { grant } from '@bp/store/leases/grant'
import type { Granted } from '@bp/store/leases/granted'
import type { LeaseKey } from '@bp/store/leases/lease-key'
import { peek } from '@bp/store/leases/peek'
import type { Store } from '@bp/store/store'
import type { Log } from '../log.ts'
import type { Counters } from './counters.ts'
import type { Hints } from './hints.ts'
import type { Ask, Waiters } from './waiters.ts'

export interface Dispatcher extends AsyncDisposable {
  /** Waits for work in a worker's name. */
  claim(ask: Ask, signal: AbortSignal): Promise<readonly Granted[]>
  /** Gives leases back, uncounted, whose worker never heard of them. */
  takeBack(leases: readonly LeaseKey[]): Promise<void>
  dismiss(worker: WorkerId): void
  /** When a worker was last given something by this process; null when never. */
  lastBusyMs(worker: WorkerId): number | null
  /** Answers all polls with nothing; leases under way are given back. */
  close(): Promise<void>
}

/** While somebody waits, the line is looked at this often even without a hint: a lost one costs no more. */
const probeMs = 1_000

export interface DispatcherOptions {
  readonly store: Store
  readonly waiters: Waiters
  readonly hints: Hints
  readonly counters: Counters
  readonly log: Log
}

export function createDispatcher({
  store,
  waiters,
  hints,
  counters,
  log,
}: DispatcherOptions): Dispatcher {
  const running = new Map<number, Promise<void>>()
  const again = new Set<number>()
  let isClosed = false

  const takeBack = async (leases: readonly LeaseKey[]): Promise<void> => {
    if (leases.length === 0) return
    const ended = await store.write(writer =>
      end(
        writer,
        leases.map(key => ({ key, end: { kind: 'released', reason: 'undelivered' } })),
      ),
    )
    hints.changed([
      ...ended.answers.flatMap(answer => (answer.changed === undefined ? [] : [answer.changed])),
      ...ended.admitted,
    ])
  }

  const deliver = async (granted: readonly Granted[], fleetId: number): Promise<void> => {
    const byWorker = Map.groupBy(granted, lease => lease.workerId)
    const waiting = waiters.ofFleet(fleetId)
    const undelivered: Granted[] = []
    for (const [workerId, leases] of byWorker) {
      const claimId = leases[0]?.claimId
      const waiter = waiting.find(
        candidate =>
          candidate.workerId === workerId &&
          claimId !== undefined &&
          candidate.claimId.equals(claimId),
      )
      if (waiter?.answer(leases) !== true) undelivered.push(...leases)
    }
    await takeBack(undelivered)
  }

  const grantOnce = async (fleetId: number): Promise<number> => {
    const asking = waiters.ofFleet(fleetId)
    if (asking.length === 0) return 0
    // Without a lock first: the probe of an idle fleet must not open a transaction.
    const head = await store.read(reader => peek(reader, { fleetId, limit: 1 }))
    if (head.length === 0) return 0
    const granted = await store.write(writer =>
      grant(writer, {
        fleetId,
        waiters: asking.map(waiter => ({
          workerId: waiter.workerId,
          claimId: waiter.claimId,
          slots: waiter.slots,
          lastBusyMs: waiter.lastBusyMs,
          acceptUntilMs: waiter.acceptUntilMs,
        })),
        ttlMs: limits.leaseMs,
      }),
    )
    counters.add('bp_leases_granted_total', granted.length)
    await deliver(granted, fleetId)
    hints.started(granted)
    return granted.length
  }

  const runFleet = async (fleetId: number): Promise<void> => {
    again.add(fleetId)
    while (again.delete(fleetId)) {
      if (isClosed) return
      try {
        // More may wait than one grant gave; an empty grant ends the round.
        if ((await grantOnce(fleetId)) > 0) again.add(fleetId)
      } catch (thrown) {
        // The polls stay open: the next probe tries again.
        log.warn({ err: thrown, fleetId }, 'a grant failed')
        return
      }
    }
  }

  const wake = (fleetId: number): void => {
    if (isClosed) return
    if (running.has(fleetId)) {
      again.add(fleetId)
      return
    }
    const run = runFleet(fleetId).finally(() => running.delete(fleetId))
    running.set(fleetId, run)
  }
  const wakeAll = (): void => {
    for (const fleetId of waiters.fleets()) wake(fleetId)
  }

  const offWork = hints.onWork(wakeAll)
  const probe = setInterval(wakeAll, probeMs)

  const close = async (): Promise<void> => {
    isClosed = true
    clearInterval(probe)
    offWork()
    waiters.close()
    await Promise.allSettled(running.values())
  }

  return {
    claim: (ask, signal) => {
      const answer = waiters.wait(ask, signal)
      wake(ask.fleetId)
      return answer
    },
    takeBack,
    dismiss: worker => waiters.dismiss(worker),
    lastBusyMs: worker => waiters.lastBusyMs(worker),
    close,
    [Symbol.asyncDispose]: close,
  }
}
