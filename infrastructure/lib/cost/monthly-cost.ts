import type { NatMode } from '../config/config.ts'
import type { shapes } from '../config/shapes.ts'
import { prices } from './prices.ts'

/** One line of the bill, in dollars a month. */
export interface CostLine {
  readonly what: string
  readonly usdMonth: number
  /** Still paid when everything is paused: services at 0 and fleets empty. */
  readonly isPaidPaused: boolean
}

/** Counted in the templates, by a test: metrics that alarms look at, and what else is paid by the piece. */
export const counted = {
  /** Without that of a CDN, which is made on wish. */
  secrets: 4,
  coreAlarmMetrics: 27,
  fleetAlarmMetrics: 29,
  fleetMetrics: 4,
  endpoints: 9,
  zones: 2,
  imageGb: 30,
} as const

const hours = prices.hoursPerMonth
const wayOut: Readonly<Record<NatMode, readonly [what: string, usdMonth: number]>> = {
  gateway: ['NAT gateway', hours * prices.natGatewayHour],
  regional: ['regional NAT gateway, two zones', counted.zones * hours * prices.natGatewayHour],
  instance: ['NAT instance', hours * prices.natInstanceHour + prices.natInstanceVolumeMonth],
  none: [
    `${counted.endpoints} endpoints, two zones`,
    counted.endpoints * counted.zones * hours * prices.endpointHour,
  ],
}

/** What one fleet costs a month while it stands at zero machines. */
export const fleetCost: readonly CostLine[] = [
  { what: 'alarms', usdMonth: counted.fleetAlarmMetrics * prices.alarmMetricMonth },
  { what: 'metrics', usdMonth: counted.fleetMetrics * prices.metricMonth },
  { what: 'snapshot of its image', usdMonth: counted.imageGb * prices.snapshotGbMonth },
].map(it => ({ ...it, isPaidPaused: true }))

/** What a shape costs while nobody does anything: no traffic, no job, no machine of a fleet. */
export function monthlyCost(
  shape: (typeof shapes)[keyof typeof shapes],
  nat: NatMode = shape.nat,
): readonly CostLine[] {
  const { task, database, cache } = shape
  const month = (usdHour: number) => usdHour * prices.hoursPerMonth
  const line = (what: string, usdMonth: number, isPaidPaused: boolean): CostLine => ({
    what,
    usdMonth,
    isPaidPaused,
  })
  const tasks = (['backend', 'frontend'] as const).map(kind => {
    const { cpu, memoryMib } = task[kind]
    const usdHour = (cpu / 1024) * prices.taskCpuHour + (memoryMib / 1024) * prices.taskGbHour
    return line(`${task.min} × ${kind} task`, month(usdHour) * task.min, false)
  })
  const copies = database.multiZone ? 2 : 1
  const node: number =
    cache.engine === 'redis'
      ? prices.cacheNodeHour.redis[cache.node]
      : prices.cacheNodeHour.valkey[cache.node]
  return [
    line(...wayOut[nat], true),
    line('3 public addresses', 3 * month(prices.publicAddressHour), true),
    line('load balancer', month(prices.loadBalancerHour), true),
    ...tasks,
    line(
      `database ${database.instance}${database.multiZone ? ', two zones' : ''}`,
      copies *
        (month(prices.databaseHour[database.instance]) +
          database.storageGb * prices.databaseGbMonth),
      true,
    ),
    line(`${cache.nodes} × ${cache.engine} node`, cache.nodes * month(node), true),
    line('secrets, key', counted.secrets * prices.secretMonth + prices.keyMonth, true),
    line('alarms', counted.coreAlarmMetrics * prices.alarmMetricMonth, true),
    line('Container Insights', 2 * prices.insightsServiceMonth, false),
  ]
}

/** Dollars a month of all these lines. */
export const together = (lines: readonly CostLine[]): number =>
  lines.reduce((sum, { usdMonth }) => sum + usdMonth, 0)
