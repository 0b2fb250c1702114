import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import { names } from '@bp/contracts/names'
import { BpAlarm, type BpAlarmProps } from './bp-alarm.ts'
import type { FleetKey, FleetMetrics } from './fleet-metrics.ts'

export interface FleetAlarmsProps {
  readonly fleet: FleetKey
  readonly metrics: FleetMetrics
  readonly actions: Readonly<Record<'p2' | 'p3', IAlarmAction>>
}

interface Row extends Omit<BpAlarmProps, 'name' | 'action' | 'runbook'> {
  readonly tier: 'p2' | 'p3'
  readonly what: string
}

/** What people hear about one fleet. */
export class FleetAlarms extends Construct {
  constructor(scope: Construct, id: string, { fleet, metrics, actions }: FleetAlarmsProps) {
    super(scope, id)
    for (const { tier, what, ...row } of rowsOf(metrics))
      new BpAlarm(this, what, {
        ...row,
        name: names.alarms.fleet(tier, what, fleet.stage, fleet.slug),
        runbook: `docs/runbooks/fleets.md#${what}`,
        action: actions[tier],
      })
  }
}

const rowsOf = (m: FleetMetrics): readonly Row[] => [
  {
    tier: 'p2',
    what: 'scaler-silent',
    metric: m.heartbeat,
    below: 1,
    points: 5,
    of: 5,
    missing: 'breaching', // a scaler that is gone publishes nothing
    sees: 'Machines come late: only the fallback launches them.',
  },
  {
    tier: 'p2',
    what: 'metrics-missing',
    metric: m.queueDepth,
    below: 0, // never: only silence makes it ring
    points: 10,
    of: 10,
    missing: 'breaching',
    sees: 'Nothing yet: nobody measures this fleet.',
  },
  {
    tier: 'p2',
    what: 'nobody-comes',
    metric: m.nobodyComes,
    above: 0,
    points: 5,
    of: 5,
    missing: 'notBreaching', // without points, metrics-missing speaks
    sees: 'Jobs wait and no machine comes.',
  },
  {
    tier: 'p2',
    what: 'error-rate',
    metric: m.errorRate,
    above: 0.2,
    points: 3,
    of: 5,
    missing: 'notBreaching', // no point means that nothing finished
    sees: 'More than one job in five fails.',
  },
  {
    tier: 'p2',
    what: 'launch-failures',
    metric: m.launchFailures,
    above: 0,
    points: 10,
    of: 10, // one boot may fail: the next one that succeeds puts it back to 0
    missing: 'notBreaching',
    sees: 'Machines come late: some start and do not become ready.',
  },
  {
    tier: 'p2',
    what: 'breaker-open',
    metric: m.launchFailures,
    above: 2, // the third in a row opens the breaker
    missing: 'notBreaching',
    sees: 'Jobs wait: no machine becomes ready, and no more are launched but a probe now and then.',
  },
  {
    tier: 'p2',
    what: 'no-capacity',
    metric: m.noCapacity,
    above: 0,
    points: 3,
    of: 3,
    missing: 'notBreaching', // published only while something is launched
    sees: 'Jobs wait: AWS has no machine of these types, in no zone.',
  },
  {
    tier: 'p2',
    what: 'sizes-differ',
    metric: m.sizesDiffer,
    above: 0,
    points: 10,
    of: 10,
    missing: 'notBreaching', // an empty group publishes nothing
    sees: 'Jobs may wait: the group does not get the machines that it wants, or keeps ones that it does not want.',
  },
  {
    tier: 'p2',
    what: 'orphans',
    metric: m.orphans,
    above: 0,
    points: 10,
    of: 10,
    missing: 'notBreaching',
    sees: 'Nothing: a machine that nobody uses costs money.',
  },
  {
    tier: 'p3',
    what: 'backlog',
    metric: m.backlog,
    above: 10,
    points: 30,
    of: 30,
    missing: 'notBreaching',
    sees: 'Jobs wait half an hour and longer.',
  },
  {
    tier: 'p3',
    what: 'oldest-wait',
    metric: m.oldestWait,
    above: 600,
    points: 5,
    of: 5,
    missing: 'notBreaching', // a fleet at zero does not publish it
    sees: 'A job has waited longer than ten minutes.',
  },
  {
    tier: 'p3',
    what: 'interruptions',
    metric: m.interruptions,
    above: 5,
    missing: 'notBreaching',
    sees: 'Jobs start over: Spot machines are taken back often.',
  },
  {
    tier: 'p3',
    what: 'idle',
    metric: m.idle,
    above: 0,
    points: 60,
    of: 60,
    missing: 'notBreaching', // an empty group publishes nothing
    sees: 'Nothing: a machine has stood idle for an hour and costs money.',
  },
  {
    tier: 'p3',
    what: 'idle-share',
    metric: m.idleShare,
    above: 2,
    missing: 'notBreaching', // a fleet at zero publishes neither
    sees: 'Nothing: over a day, idling cost more than twice as much as working.',
  },
]
