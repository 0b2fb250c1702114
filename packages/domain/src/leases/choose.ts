import type { JobId, WorkerId } from '@bp/contracts/ids'
import { inOrder } from '../jobs/order.ts'

/** A waiting job of the window, as `job_ready` holds it. */
export interface WindowRow {
  readonly jobId: JobId
  readonly prio: number
  readonly pass: number
  readonly costMs: number
  /** The worker that lost it last; null when there is none. */
  readonly avoidWorkerId: WorkerId | null
}

/** A worker that asks for work. */
export interface Waiter {
  readonly workerId: WorkerId
  /** Jobs that it takes now. */
  readonly slots: number
  /** When it last ran something; null when it never has. */
  readonly lastBusyMs: number | null
  /** Until when it may begin a job that ends in time; null when no end is known. */
  readonly acceptUntilMs: number | null
}

export interface ChooseFacts {
  readonly nowMs: number
  /** The fleet's workers that live: an avoided worker gets the job nevertheless when it is the only one. */
  readonly liveWorkers: number
  readonly pairsMax: number
}

/**
 * Which waiting job goes to which waiting worker: in the order of the line, each to the worker that was busy
 * most recently, so that the longest idle one stays idle and can be drained.
 * Rows nobody here may take are passed over. Bounded by window × waiters.
 */
export function choose<Row extends WindowRow, Asker extends Waiter>(
  window: readonly Row[],
  waiters: readonly Asker[],
  facts: ChooseFacts,
): readonly { readonly row: Row; readonly waiter: Asker }[] {
  const free = waiters
    .map(waiter => ({ waiter, slots: waiter.slots }))
    .toSorted((a, b) => byRecentlyBusy(a.waiter, b.waiter))
  const pairs: { row: Row; waiter: Asker }[] = []
  for (const row of window.toSorted(inOrder)) {
    if (pairs.length >= facts.pairsMax) break
    const taker = free.find(
      candidate => candidate.slots > 0 && isEligible(row, candidate.waiter, facts),
    )
    if (taker === undefined) continue
    taker.slots -= 1
    pairs.push({ row, waiter: taker.waiter })
  }
  return pairs
}

/** May this worker be given this job? */
export function isEligible(
  row: Pick<WindowRow, 'avoidWorkerId' | 'costMs'>,
  waiter: Pick<Waiter, 'workerId' | 'acceptUntilMs'>,
  facts: Pick<ChooseFacts, 'nowMs' | 'liveWorkers'>,
): boolean {
  if (row.avoidWorkerId === waiter.workerId && facts.liveWorkers > 1) return false
  return waiter.acceptUntilMs === null || facts.nowMs + row.costMs <= waiter.acceptUntilMs
}

function byRecentlyBusy(a: Waiter, b: Waiter): number {
  const difference = (b.lastBusyMs ?? 0) - (a.lastBusyMs ?? 0)
  if (difference !== 0) return difference
  if (a.workerId === b.workerId) return 0
  return a.workerId < b.workerId ? -1 : 1
}
