import { Duration } from 'aws-cdk-lib'
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { Stage } from '@bp/contracts/fleets'
import type { FleetMetricName } from '@bp/contracts/metrics'
import { names } from '@bp/contracts/names'
import { minute } from './bp-alarm.ts'

export interface FleetKey {
  readonly stage: Stage
  readonly slug: string
}
export type FleetMetrics = ReturnType<typeof fleetMetrics>

/**
 * What is measured of a fleet, each defined once: by the backend, and by its Spot group. `min` machines are meant to
 * stand idle.
 */
export function fleetMetrics({ stage, slug, min }: FleetKey & { readonly min: number }) {
  const ours = (metricName: FleetMetricName, statistic = 'Maximum', period = minute) =>
    new Metric({
      namespace: names.metricNamespace,
      metricName,
      statistic,
      period,
      dimensionsMap: { FleetSlug: slug, Stage: stage },
    })
  const ofGroup = (metricName: string) =>
    new Metric({
      namespace: 'AWS/AutoScaling',
      metricName,
      statistic: 'Maximum',
      period: minute,
      dimensionsMap: { AutoScalingGroupName: names.autoScalingGroup(stage, slug) },
    })
  const q = ours('QueueDepth')
  const b = ours('BacklogPerInstance')
  const hb = ours('ScalerHeartbeat')
  const workers = ours('ActiveWorkers')
  const running = ofGroup('GroupInServiceInstances')
  const pend = ofGroup('GroupPendingInstances')
  const desired = ofGroup('GroupDesiredCapacity')
  const day = Duration.days(1)
  const math = (label: string, expression: string, usingMetrics: Record<string, Metric>) =>
    new MathExpression({ label, expression, usingMetrics, period: minute })
  return {
    queueDepth: q,
    backlog: b,
    heartbeat: hb,

    errorRate: ours('ErrorRate'),
    oldestWait: ours('OldestWaitSeconds'),
    launchFailures: ours('LaunchFailures'),
    orphans: ours('OrphanInstances'),
    interruptions: ours('SpotInterruptionCount', 'Sum', Duration.hours(1)),
    /** Work waits, the scaler is not able, and no machine is there or on its way. Silence is not 0: it wakes nobody. */
    wake: math('wake', 'IF(q > 0 AND hb < 1 AND running + pend < 1, 1, 0)', {
      q,
      hb,
      running,
      pend,
    }),
    unattended: math('backlog', 'IF(hb < 1 AND running > 0, b, 0)', { b, hb, running }),
    queueEmpty: math('queue empty', 'IF(q < 1 AND running + pend > 0, 1, 0)', { q, running, pend }),
    nobodyComes: math('nobody comes', 'IF(q > 0 AND workers < 1, 1, 0)', { q, workers }),
    /** Counted by queue and group, so that it is seen also when the scaler is silent. */
    idle: math('idle', `IF(q < 1 AND running > ${min}, 1, 0)`, { q, running }),
    sizesDiffer: math('sizes differ', 'IF(desired > running OR desired < running, 1, 0)', {
      desired,
      running,
    }),
    noCapacity: ours('IceCount', 'Sum', Duration.minutes(5)),
    /** Idle seconds for each busy second of a day. BusyWorkers has a point a minute. */
    idleShare: new MathExpression({
      label: 'idle per busy',
      expression: 'IF(busy > 0, idle / (60 * busy), 0)',
      usingMetrics: {
        idle: ours('IdleSeconds', 'Sum', day),
        busy: ours('BusyWorkers', 'Sum', day),
      },
      period: day,
    }),
  }
}
