import { Duration } from 'aws-cdk-lib'
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { Stage } from '@bp/contracts/fleets'
import { names } from '@bp/contracts/names'
import { minute } from './bp-alarm.ts'

export interface FleetKey {
  readonly stage: Stage
  readonly slug: string
}
export type FleetMetrics = ReturnType<typeof fleetMetrics>

/** What is measured of a fleet, each defined once: by the backend, and by its Spot group. */
export function fleetMetrics({ stage, slug }: FleetKey) {
  const ours = (metricName: string, statistic = 'Maximum', period = minute) =>
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
  }
}
