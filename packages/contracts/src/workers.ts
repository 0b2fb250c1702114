/** A worker is one agent process on one machine of one fleet. */
import { closedList } from './closed-list.ts'

/** What `worker.state` stores. Only a `ready` worker is granted leases. */
export const workerStates = closedList('worker state', {
  registered: 0,
  ready: 1,
  draining: 2,
  drained: 3,
  ended: 4,
})
export type WorkerState = (typeof workerStates.words)[number]
export const workerTransitions: Readonly<Record<WorkerState, readonly WorkerState[]>> = {
  registered: ['ready', 'draining', 'drained', 'ended'],
  ready: ['draining', 'drained', 'ended'],
  draining: ['drained', 'ended'],
  drained: ['ended'],
  ended: [],
}

/** Phases of a boot and of a life, in the order in which they happen (`boot_phase`, `worker_live.phase`). */
export const workerPhases = closedList('worker phase', {
  agent: 1,
  registered: 2,
  storage: 3,
  engine: 4,
  models: 5,
  ready: 6,
  busy: 7,
  draining: 8,
})
export type WorkerPhase = (typeof workerPhases.words)[number]

export const workerMarkets = closedList('worker market', { local: 0, spot: 1, on_demand: 2 })
export type WorkerMarket = (typeof workerMarkets.words)[number]

export const drainReasons = closedList('drain reason', {
  none: 0,
  idle: 1,
  operator: 2,
  spot: 3,
  generation: 4,
  unhealthy: 5,
  shutdown: 6,
})
export type DrainReason = (typeof drainReasons.words)[number]

export const workerHealths = closedList('worker health', { good: 0, engine_away: 1, unhealthy: 2 })
export type WorkerHealth = (typeof workerHealths.words)[number]

/** The protocol that agent and backend speak; an older agent is told to drain, never to crash. */
export const workerProtocol = { min: 1, max: 1 } as const
