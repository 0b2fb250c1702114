import type { shapes } from '../config/shapes.ts'
import { prices } from './prices.ts'

/** One line of the bill, in dollars a month. */
export interface CostLine {
  readonly what: string
  readonly usdMonth: number
  /** Still paid when everything is paused: services at 0 and fleets empty. */
  readonly isPaidPaused: boolean
}

const secrets = 4
const alarms = 22

/** What a shape costs while nobody does anything: no traffic, no job, no machine of a fleet. */
export function monthlyCost(shape: (typeof shapes)[keyof typeof shapes]): readonly CostLine[] {
  const { task, database, cache, nat } = shape
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
    nat === 'gateway'
      ? line('NAT gateway', month(prices.natGatewayHour), true)
      : line('NAT instance', month(prices.natInstanceHour) + prices.natInstanceVolumeMonth, true),
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
    line('secrets, key', secrets * prices.secretMonth + prices.keyMonth, true),
    line('alarms', alarms * prices.alarmMonth, true),
    line('Container Insights', 2 * prices.insightsServiceMonth, false),
  ]
}
