import { Duration } from 'aws-cdk-lib'
import { MathExpression, Metric, type IMetric } from 'aws-cdk-lib/aws-cloudwatch'
import { names } from '@bp/contracts/names'
import type { Config } from '../config/config.ts'
import { minute, type BpAlarmProps } from './bp-alarm.ts'
import type { BpStack } from './bp-stack.ts'
import { shareOf } from './shared.ts'

type Dimensions = Readonly<Record<string, string>>
const metric = (
  namespace: string,
  metricName: string,
  statistic: string,
  dimensionsMap: Dimensions,
  period = minute,
) => new Metric({ namespace, metricName, statistic, dimensionsMap: { ...dimensionsMap }, period })

export type CoreMetrics = ReturnType<typeof coreMetrics> & {
  /** Age of the oldest secret that is changed by habit, in days. */
  readonly secretDays: IMetric
}

/** What is measured of the core, each defined once for alarms and dashboard. */
export function coreMetrics(stack: BpStack) {
  const { config } = stack
  const door = { LoadBalancer: shareOf(stack, 'compute', 'load-balancer') }
  const targets = (kind: 'backend' | 'frontend'): Dimensions => ({
    ...door,
    TargetGroup: shareOf(stack, 'compute', `${kind}-target-group`),
  })
  const ofDoor = (name: string, statistic: string) =>
    metric('AWS/ApplicationELB', name, statistic, door)
  const ofDatabase = (name: string, statistic: string) =>
    metric('AWS/RDS', name, statistic, { DBInstanceIdentifier: names.database })
  // Nodes are counted from 001; the first is where a group of one lives and where writes go at first.
  const ofCache = (name: string, statistic: string) =>
    metric('AWS/ElastiCache', name, statistic, { CacheClusterId: `${names.cache}-001` })
  const tasks = (kind: 'backend' | 'frontend', name: string) =>
    metric('ECS/ContainerInsights', name, 'Minimum', {
      ClusterName: names.cluster,
      ServiceName: names.services[kind],
    })
  const missingTasks = (kind: 'backend' | 'frontend') =>
    new MathExpression({
      label: `${kind}: tasks missing`,
      expression: 'desired - running',
      usingMetrics: {
        desired: tasks(kind, 'DesiredTaskCount'),
        running: tasks(kind, 'RunningTaskCount'),
      },
      period: minute,
    })
  const requests = ofDoor('RequestCount', 'Sum')
  return {
    requests,
    failedPercent: new MathExpression({
      label: 'failed',
      // Below a hundred requests a minute one unlucky visitor would be an outage.
      expression: 'IF(requests > 100, 100 * (FILL(ours, 0) + FILL(doors, 0)) / requests, 0)',
      usingMetrics: {
        requests,
        ours: ofDoor('HTTPCode_Target_5XX_Count', 'Sum'),
        doors: ofDoor('HTTPCode_ELB_5XX_Count', 'Sum'),
      },
      period: minute,
    }),
    latency: ofDoor('TargetResponseTime', 'p95'),
    healthyBackend: metric('AWS/ApplicationELB', 'HealthyHostCount', 'Minimum', targets('backend')),
    healthyFrontend: metric(
      'AWS/ApplicationELB',
      'HealthyHostCount',
      'Minimum',
      targets('frontend'),
    ),
    missingBackend: missingTasks('backend'),
    missingFrontend: missingTasks('frontend'),
    databaseCpu: ofDatabase('CPUUtilization', 'Average'),
    databaseStorage: ofDatabase('FreeStorageSpace', 'Minimum'),
    databaseMemory: ofDatabase('FreeableMemory', 'Minimum'),
    databaseConnections: ofDatabase('DatabaseConnections', 'Maximum'),
    cacheCpu: ofCache('EngineCPUUtilization', 'Average'),
    cacheMemory: ofCache('DatabaseMemoryUsagePercentage', 'Maximum'),
    cacheEvictions: ofCache('Evictions', 'Sum'),
    natPorts:
      config.nat === 'gateway' || config.nat === 'regional'
        ? metric('AWS/NATGateway', 'ErrorPortAllocation', 'Sum', {
            NatGatewayId: shareOf(stack, 'network', 'nat-gateway'),
          })
        : undefined,
    certificateDays:
      config.certificateArn === undefined
        ? undefined
        : metric(
            'AWS/CertificateManager',
            'DaysToExpiry',
            'Minimum',
            { CertificateArn: config.certificateArn },
            Duration.days(1),
          ),
  } satisfies Record<string, IMetric | undefined>
}

export interface CoreAlarm extends Omit<BpAlarmProps, 'name' | 'action'> {
  readonly id: string
  readonly tier: 'p1' | 'p2' | 'p3'
  readonly what: string
  /** One of the signs that together are one outage. */
  readonly isSiteDown?: true
}

/** The alarms of the core, as rows. The choice of what silence means is argued where it is not plain. */
export function coreAlarms(m: CoreMetrics, config: Config): readonly CoreAlarm[] {
  const { database } = config.shape
  const site = 'docs/runbooks/site.md'
  const db = 'docs/runbooks/database.md'
  const cache = 'docs/runbooks/cache.md'
  const rows: CoreAlarm[] = [
    {
      id: 'ErrorRate',
      tier: 'p1',
      what: 'error-rate',
      isSiteDown: true,
      metric: m.failedPercent,
      above: 5,
      points: 3,
      of: 5,
      missing: 'notBreaching', // nobody came
      sees: 'More than one request in twenty fails.',
      runbook: `${site}#error-rate`,
    },
    {
      id: 'NoBackend',
      tier: 'p1',
      what: 'no-backend',
      isSiteDown: true,
      metric: m.healthyBackend,
      below: 1,
      points: 2,
      of: 2,
      missing: 'breaching', // without any target nothing is published
      sees: 'Pages open, but nothing in them works.',
      runbook: `${site}#no-backend`,
    },
    {
      id: 'NoFrontend',
      tier: 'p1',
      what: 'no-frontend',
      isSiteDown: true,
      metric: m.healthyFrontend,
      below: 1,
      points: 2,
      of: 2,
      missing: 'breaching',
      sees: 'Pages do not open; jobs and programs go on.',
      runbook: `${site}#no-frontend`,
    },
    ...(['Backend', 'Frontend'] as const).map((kind): CoreAlarm => ({
      id: `Missing${kind}`,
      tier: 'p1',
      what: `${kind.toLowerCase()}-tasks-missing`,
      metric: m[`missing${kind}`],
      above: 0,
      points: 10,
      of: 10,
      missing: 'notBreaching', // a service that was set to 0 publishes nothing
      sees: 'Nothing yet: fewer tasks run than should, so the next loss is an outage.',
      runbook: `${site}#tasks-missing`,
    })),
    {
      id: 'DatabaseStorage',
      tier: 'p1',
      what: 'database-storage',
      metric: m.databaseStorage,
      below: database.storageGb * 1e8, // a tenth
      points: 5,
      of: 5,
      missing: 'ignore', // a restart of the database makes no storage
      sees: 'Nothing yet: when the storage is full, no job is taken any more.',
      runbook: `${db}#storage`,
    },
    {
      id: 'DatabaseStuck',
      tier: 'p1',
      what: 'database-stuck',
      metric: m.databaseCpu,
      above: 95,
      points: 15,
      of: 15,
      missing: 'ignore',
      sees: 'Everything is slow, and some requests fail.',
      runbook: `${db}#cpu`,
    },
    {
      id: 'Latency',
      tier: 'p2',
      what: 'latency',
      metric: m.latency,
      above: 2,
      points: 5,
      of: 5,
      missing: 'notBreaching',
      sees: 'One request in twenty takes longer than two seconds.',
      runbook: `${site}#latency`,
    },
    {
      id: 'DatabaseCpu',
      tier: 'p2',
      what: 'database-cpu',
      metric: m.databaseCpu,
      above: 80,
      points: 10,
      of: 15,
      missing: 'ignore',
      sees: 'Pages and the queue grow slower.',
      runbook: `${db}#cpu`,
    },
    {
      id: 'DatabaseMemory',
      tier: 'p2',
      what: 'database-memory',
      metric: m.databaseMemory,
      below: database.freeMemoryBytesMin,
      points: 10,
      of: 15,
      missing: 'ignore',
      sees: 'Nothing yet: without free memory the database begins to swap.',
      runbook: `${db}#memory`,
    },
    {
      id: 'DatabaseConnections',
      tier: 'p2',
      what: 'database-connections',
      metric: m.databaseConnections,
      above: database.connectionsMax * 0.8,
      points: 5,
      of: 5,
      missing: 'ignore',
      sees: 'Nothing yet: when all connections are taken, new requests fail.',
      runbook: `${db}#connections`,
    },
    {
      id: 'CacheCpu',
      tier: 'p2',
      what: 'cache-cpu',
      metric: m.cacheCpu,
      above: 80,
      points: 10,
      of: 15,
      missing: 'ignore',
      sees: 'Live pages lag behind; nothing is lost.',
      runbook: `${cache}#cpu`,
    },
    {
      id: 'CacheMemory',
      tier: 'p2',
      what: 'cache-memory',
      metric: m.cacheMemory,
      above: 80,
      points: 5,
      of: 5,
      missing: 'ignore',
      sees: 'Nothing yet: a full cache throws entries away.',
      runbook: `${cache}#memory`,
    },
    {
      id: 'CacheEvictions',
      tier: 'p2',
      what: 'cache-evictions',
      metric: m.cacheEvictions,
      above: 0,
      points: 5,
      of: 5,
      missing: 'notBreaching',
      sees: 'Live pages lag behind; nothing is lost.',
      runbook: `${cache}#memory`,
    },
  ]
  rows.push({
    id: 'OldSecret',
    tier: 'p3',
    what: 'secret-age',
    metric: m.secretDays,
    above: 90,
    missing: 'ignore', // published once a day; a gap makes no secret younger
    sees: 'Nothing: whoever has copied an old secret can still come in.',
    runbook: 'docs/runbooks/secrets.md#secret-age',
  })
  if (m.natPorts !== undefined)
    rows.push({
      id: 'NatPorts',
      tier: 'p2',
      what: 'nat-ports',
      metric: m.natPorts,
      above: 0,
      points: 3,
      of: 5,
      missing: 'notBreaching',
      sees: 'Some machines cannot reach AWS or the front door.',
      runbook: 'docs/runbooks/network.md#nat-ports',
    })
  if (m.certificateDays !== undefined)
    rows.push({
      id: 'Certificate',
      tier: 'p2',
      what: 'certificate',
      metric: m.certificateDays,
      below: 21,
      missing: 'ignore', // published twice a day; a gap says nothing
      sees: 'Nothing yet: after the last day every browser refuses the site.',
      runbook: 'docs/runbooks/network.md#certificate',
    })
  return rows
}
