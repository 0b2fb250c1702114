/** Once a minute, on one process alone, the numbers of every fleet go to CloudWatch: alarms and the fallback rest on them. */
import { names } from '@bp/contracts/names'
import { backlog } from '@bp/store/fleets/backlog'
import { list } from '@bp/store/fleets/list'
import { supply } from '@bp/store/fleets/supply'
import { totals, type Totals } from '@bp/store/fleets/totals'
import { tickAge } from '@bp/store/loops/loop-lease'
import type { Context } from '../context.ts'
import type { CloudWatch, FleetPoints } from '../fleet/cloud-watch.ts'
import { fleetMetrics } from '../fleet/fleet-metrics.ts'
import { scaleLoop } from '../fleet/scale.ts'
import type { Leader } from './leader.ts'

export const publishLoop = 'publish metrics'
/** The leader keeps its lease from one round to the next, and a bit: a second publisher would count things twice. */
export const publishLeaseMs = 100_000

/** Rates are counted over this long. */
const rateWindowMs = 300_000
/** A gap longer than this is no minute: counts over it would be spikes that never were. */
const gapMsMax = 150_000

export interface Publisher {
  /** One round. Throws when the numbers did not arrive; the loop goes on. */
  tick(signal: AbortSignal): Promise<void>
}

interface Sample {
  readonly atMs: number
  readonly totals: Totals
}

export function createPublisher(options: {
  readonly context: Pick<Context, 'store' | 'counters' | 'log'>
  readonly cloudWatch: CloudWatch
  readonly leader: Pick<Leader, 'lead'>
  readonly nowMs: () => number
}): Publisher {
  const { context, cloudWatch, leader, nowMs } = options
  const samples = new Map<number, readonly Sample[]>()

  const look = async (): Promise<readonly FleetPoints[]> =>
    context.store.read(async reader => {
      const fleets = await list(reader)
      const databaseMs = await reader.now()
      const scalerAgeMs = await tickAge(reader, scaleLoop)
      const seen: FleetPoints[] = []
      for (const id of samples.keys())
        if (!fleets.some(fleet => fleet.id === id)) samples.delete(id)
      for (const { id, stage, slug } of fleets) {
        const own = await totals(reader, id)
        const kept = (samples.get(id) ?? []).filter(({ atMs }) => databaseMs - atMs <= rateWindowMs)
        const [oldest] = kept
        const last = kept.at(-1)
        const isFresh = last !== undefined && databaseMs - last.atMs <= gapMsMax
        samples.set(id, [...kept, { atMs: databaseMs, totals: own }])
        // The only scaler there is serves the fleet of its own machine.
        const isScaled = stage === names.localFleet.stage && slug === names.localFleet.slug
        const points = fleetMetrics({
          stage,
          slug,
          databaseMs,
          backlog: await backlog(reader, id),
          supply: await supply(reader, id),
          totals: own,
          scalerAgeMs: isScaled ? scalerAgeMs : undefined,
          before:
            isFresh && oldest !== undefined
              ? {
                  sinceMs: databaseMs - last.atMs,
                  totals: last.totals,
                  totalsFiveMinutesAgo: oldest.totals,
                }
              : undefined,
        })
        seen.push({ stage, slug, points })
      }
      return seen
    })

  return {
    tick: async signal => {
      if (!(await leader.lead())) {
        samples.clear()
        return
      }
      const fleets = await look()
      try {
        await cloudWatch.publish(fleets, nowMs(), signal)
      } catch (thrown) {
        context.counters.add('bp_publish_failures_total', 1)
        throw thrown
      }
    },
  }
}
