import { expect, it } from 'vitest'
import { cloudMetrics } from '@bp/contracts/metrics'
import type { SupplyWorker } from '@bp/store/fleets/supply'
import { callsOf } from './cloud-watch.ts'
import { fleetMetrics, type FleetPoint, type FleetSight } from './fleet-metrics.ts'

const databaseMs = 1_000_000
const none = { succeeded: 0, failed: 0, lost: 0 }
const nothing: FleetSight = {
  stage: 'production',
  slug: 'wan',
  databaseMs,
  backlog: { ready: 0, paused: 0, leased: 0, delayed: 0, held: 0, readyMs: 0 },
  supply: { workers: [], launches: [] },
  totals: none,
  scalerAgeMs: undefined,
  before: undefined,
}
const worker = (more: Partial<SupplyWorker> = {}): SupplyWorker => ({
  id: 1n,
  state: 'ready',
  instance: 'i-1',
  launchId: 0n,
  generation: '1',
  slots: 1,
  leases: 0,
  seenAt: databaseMs - 10_000,
  ...more,
})
const valuesOf = (points: readonly FleetPoint[]) =>
  Object.fromEntries(points.map(({ name, value }) => [name, value]))

it('says of an empty fleet only what alarms rest on', () => {
  expect(valuesOf(fleetMetrics(nothing))).toEqual({
    QueueDepth: 0,
    BacklogPerInstance: 0,
    ActiveWorkers: 0,
    ScalerHeartbeat: 0,
  })
  expect(
    Object.entries(cloudMetrics)
      .filter(([, metric]) => metric.isAlways)
      .map(([name]) => name)
      .toSorted(),
  ).toEqual(['ActiveWorkers', 'BacklogPerInstance', 'QueueDepth', 'ScalerHeartbeat'])
})

it('counts waiting and leased jobs, and the workers that live', () => {
  const points = fleetMetrics({
    ...nothing,
    backlog: { ...nothing.backlog, ready: 5, leased: 1, held: 9, oldestReadyAt: 940_000 },
    supply: {
      workers: [
        worker({ leases: 1 }),
        worker({ id: 2n }),
        worker({ id: 3n, seenAt: databaseMs - 60_000 }),
        worker({ id: 4n, state: 'registered' }),
        worker({ id: 5n, state: 'draining', leases: 1 }),
      ],
      launches: [],
    },
    totals: { succeeded: 10, failed: 4, lost: 3 },
    before: {
      sinceMs: 60_000,
      totals: { succeeded: 9, failed: 4, lost: 1 },
      totalsFiveMinutesAgo: { succeeded: 5, failed: 1, lost: 0 },
    },
  })
  expect(valuesOf(points)).toEqual({
    QueueDepth: 6,
    BacklogPerInstance: 3,
    ActiveWorkers: 2,
    ScalerHeartbeat: 0,
    BusyWorkers: 2,
    BootingWorkers: 1,
    AvailableCapacity: 1,
    OldestWaitSeconds: 60,
    ErrorRate: 3 / 8,
    LeaseExpiredCount: 2,
    IdleSeconds: 60,
  })
})

it('gives no rate of nothing, and no count of a time that it has not seen', () => {
  const busy = { ...nothing, backlog: { ...nothing.backlog, ready: 1 } }
  const first = valuesOf(fleetMetrics(busy))
  expect(first).not.toHaveProperty('ErrorRate')
  expect(first).not.toHaveProperty('LeaseExpiredCount')
  const before = { sinceMs: 60_000, totals: none, totalsFiveMinutesAgo: none }
  const second = valuesOf(fleetMetrics({ ...busy, before }))
  expect(second).not.toHaveProperty('ErrorRate')
  expect(second).toMatchObject({ LeaseExpiredCount: 0 })
})

it('believes a scaler for 90 seconds', () => {
  const heartbeat = (scalerAgeMs: number) =>
    valuesOf(fleetMetrics({ ...nothing, scalerAgeMs }))['ScalerHeartbeat']
  expect(heartbeat(90_000)).toBe(1)
  expect(heartbeat(90_001)).toBe(0)
})

it('sends as few calls as hold everything, and no fleet in two', () => {
  const points = fleetMetrics(nothing)
  const fleets = Array.from({ length: 301 }, (_, n) => ({
    stage: 'staging' as const,
    slug: `f${n}`,
    points,
  }))
  const calls = callsOf(fleets, new Date(0))
  expect(calls.map(call => call.length)).toEqual([1_000, 204])
  expect(calls[0]?.[0]).toEqual({
    MetricName: 'QueueDepth',
    Value: 0,
    Unit: 'Count',
    Timestamp: new Date(0),
    Dimensions: [
      { Name: 'FleetSlug', Value: 'f0' },
      { Name: 'Stage', Value: 'staging' },
    ],
  })
  expect(callsOf([], new Date(0))).toEqual([])
})
