/** The numbers of one fleet as CloudWatch gets them: a pure function of what was seen. */
import type { Stage } from '@bp/contracts/fleets'
import { limits } from '@bp/contracts/limits'
import { cloudMetrics, type CloudMetricName } from '@bp/contracts/metrics'
import type { Backlog } from '@bp/store/fleets/backlog'
import type { Supply } from '@bp/store/fleets/supply'
import type { Totals } from '@bp/store/fleets/totals'

/** What was seen of a fleet at one moment. */
export interface FleetSight {
  readonly stage: Stage
  readonly slug: string
  /** Clock of the database, Unix ms: the ages of rows are counted by it. */
  readonly databaseMs: number
  readonly backlog: Backlog
  readonly supply: Pick<Supply, 'workers' | 'launches'>
  readonly totals: Totals
  /** Since the last full tick of the scaler that serves this fleet; undefined when none of ours does. */
  readonly scalerAgeMs: number | undefined
  /** Since the point before, and the totals then and five minutes ago; undefined at the first point. */
  readonly before:
    | {
        readonly sinceMs: number
        readonly totals: Totals
        readonly totalsFiveMinutesAgo: Totals
      }
    | undefined
}

export interface FleetPoint {
  readonly name: CloudMetricName
  readonly value: number
}

/** The scaler is able while its last full tick is at most this old. */
const scalerFreshMs = 90_000

/** Every number that is known, and none that is not: an invented 0 would tell an alarm that all is well. */
export function fleetMetrics(sight: FleetSight): readonly FleetPoint[] {
  const { backlog, supply, totals, before, databaseMs } = sight
  const active = supply.workers.filter(
    ({ state, seenAt }) =>
      state === 'ready' && seenAt !== undefined && databaseMs - seenAt <= limits.workerSilentMs,
  )
  const idle = active.filter(worker => worker.leases === 0)
  const booting = supply.workers.filter(worker => worker.state === 'registered').length
  const registered = new Set(supply.workers.map(worker => worker.launchId))
  const coming = supply.launches.filter(launch => !registered.has(launch.id)).length
  const depth = backlog.ready + backlog.leased
  const isAble = sight.scalerAgeMs !== undefined && sight.scalerAgeMs <= scalerFreshMs

  const points: FleetPoint[] = [
    { name: 'QueueDepth', value: depth },
    { name: 'BacklogPerInstance', value: depth / Math.max(1, active.length) },
    { name: 'ActiveWorkers', value: active.length },
    { name: 'ScalerHeartbeat', value: isAble ? 1 : 0 },
    { name: 'BusyWorkers', value: supply.workers.filter(worker => worker.leases > 0).length },
    { name: 'BootingWorkers', value: booting + coming },
    {
      name: 'AvailableCapacity',
      value: active.reduce((sum, { slots, leases }) => sum + Math.max(0, slots - leases), 0),
    },
    {
      name: 'OldestWaitSeconds',
      value:
        backlog.oldestReadyAt === undefined
          ? 0
          : Math.max(0, databaseMs - backlog.oldestReadyAt) / 1000,
    },
  ]
  if (before !== undefined) {
    const finished = endsOf(totals) - endsOf(before.totalsFiveMinutesAgo)
    const failed = totals.failed - before.totalsFiveMinutesAgo.failed
    if (finished > 0) points.push({ name: 'ErrorRate', value: failed / finished })
    points.push(
      { name: 'LeaseExpiredCount', value: Math.max(0, totals.lost - before.totals.lost) },
      { name: 'IdleSeconds', value: (idle.length * before.sinceMs) / 1000 },
    )
  }
  const isAtZero = depth === 0 && supply.workers.length === 0 && supply.launches.length === 0
  return isAtZero
    ? points.filter(({ name, value }) => cloudMetrics[name].isAlways || isNews(name, value))
    : points
}

const endsOf = ({ succeeded, failed }: Totals): number => succeeded + failed
/** The last job of a fleet may have failed just when its machine went. */
const isNews = (name: CloudMetricName, value: number): boolean =>
  name === 'ErrorRate' || (name === 'LeaseExpiredCount' && value > 0)
