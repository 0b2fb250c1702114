/** What explains a waiting job: supply and health of its fleet, remembered for a second so that lists stay cheap. */
import { supply } from '@bp/store/fleets/supply'
import type { Store } from '@bp/store/store'
import { list } from '@bp/store/workers/list'

export interface FleetFact {
  readonly booting: number
  readonly idle: number
  readonly busy: number
  readonly draining: number
  /** Every live worker says that its engine does not answer. */
  readonly isEngineAway: boolean
}

export interface FleetFacts {
  of(fleetId: number): Promise<FleetFact>
  /** The scaler's own sentence about a fleet, with its time (Unix ms). */
  decided(fleetId: number, text: string): void
  decisionOf(fleetId: number): { readonly atMs: number; readonly text: string } | undefined
  forget(): void
}

const rememberMs = 1_000

export function createFleetFacts(store: Store, nowMs: () => number): FleetFacts {
  const known = new Map<number, { fact: Promise<FleetFact>; untilMs: number }>()
  const decisions = new Map<number, { atMs: number; text: string }>()
  return {
    of: fleetId => {
      const before = known.get(fleetId)
      if (before !== undefined && before.untilMs > nowMs()) return before.fact
      const fact = look(store, fleetId)
      known.set(fleetId, { fact, untilMs: nowMs() + rememberMs })
      fact.catch(() => known.delete(fleetId))
      return fact
    },
    decided: (fleetId, text) => {
      if (decisions.get(fleetId)?.text !== text) decisions.set(fleetId, { atMs: nowMs(), text })
    },
    decisionOf: fleetId => decisions.get(fleetId),
    forget: () => known.clear(),
  }
}

async function look(store: Store, fleetId: number): Promise<FleetFact> {
  return store.read(async reader => {
    const [found, workers] = await Promise.all([
      supply(reader, fleetId),
      list(reader, { fleetId, states: ['ready'] }),
    ])
    const registered = new Set(found.workers.map(worker => worker.launchId))
    const coming = found.launches.filter(launch => !registered.has(launch.id)).length
    return {
      booting: found.byState.registered + coming,
      idle: found.byState.ready - Math.min(found.busy, found.byState.ready),
      busy: Math.min(found.busy, found.byState.ready),
      draining: found.byState.draining,
      isEngineAway:
        workers.length > 0 && workers.every(worker => worker.live?.health === 'engine_away'),
    }
  })
}
