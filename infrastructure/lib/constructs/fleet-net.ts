import { Tags } from 'aws-cdk-lib'
import { CfnScalingPolicy } from 'aws-cdk-lib/aws-autoscaling'
import type { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch'
import { Construct } from 'constructs'
import { names } from '@bp/contracts/names'
import type { ZeroTrigger } from '@bp/domain/scaling/decide-zero'
import { BpAlarm, type BpAlarmProps } from './bp-alarm.ts'
import type { FleetKey, FleetMetrics } from './fleet-metrics.ts'
import { zeroTags } from './zero-tags.ts'

export interface FleetNetProps {
  readonly fleet: FleetKey
  readonly metrics: FleetMetrics
  /** Name of the Spot group. Its policies only ever add. */
  readonly group: string
  /** ARN of the topic that the way down listens to. */
  readonly scaleToZeroTopic: string
}

const runbook = 'docs/runbooks/fleets.md#scaler-silent'

/**
 * What catches a fleet whose scaler is silent: two alarms that add machines, and two that ask the fallback to end them.
 * While the scaler says that it is able, all four are deaf, so the two never fight.
 */
export class FleetNet extends Construct {
  constructor(scope: Construct, id: string, props: FleetNetProps) {
    super(scope, id)
    const { fleet, metrics, group, scaleToZeroTopic } = props
    const net = (what: string, alarm: Omit<BpAlarmProps, 'name' | 'runbook'>) =>
      new BpAlarm(this, what, {
        ...alarm,
        name: names.alarms.fleet('net', what, fleet.stage, fleet.slug),
        runbook,
      })

    net('wake', {
      metric: metrics.wake,
      above: 0,
      points: 3,
      of: 3,
      missing: 'notBreaching', // nothing is published: then nobody could lease either
      sees: 'Jobs wait with no machine, and the scaler cannot launch one.',
    }).addAlarmAction(act(this.addMachines('Wake', group, [{ above: 0, add: 1 }])))
    net('backlog', {
      metric: metrics.unattended,
      above: 2,
      points: 3,
      of: 3,
      missing: 'notBreaching',
      sees: 'Jobs wait longer than they should: the scaler cannot launch more machines.',
      // Bounds of steps count from the alarm's own bound.
    }).addAlarmAction(
      act(
        this.addMachines('Backlog', group, [
          { above: 0, upTo: 6, add: 1 },
          { above: 6, add: 2 },
        ]),
      ),
    )

    const ask = (alarm: BpAlarm, trigger: Exclude<ZeroTrigger, 'closed'>): void => {
      alarm.addAlarmAction(act(scaleToZeroTopic))
      Tags.of(alarm).add(zeroTags.trigger, trigger)
    }
    ask(
      net('queue-empty', {
        metric: metrics.queueEmpty,
        above: 0,
        points: 8,
        of: 8,
        // If breaching, the death of the publisher would empty the fleet.
        missing: 'ignore',
        sees: 'Nothing: machines stand idle and cost money.',
      }),
      'queue_empty',
    )
    ask(
      net('silent', {
        metric: metrics.heartbeat,
        below: 1,
        points: 20,
        of: 20,
        missing: 'breaching', // a backend that is gone publishes nothing
        sees: 'Nobody scales this fleet; machines that stand idle will be ended.',
      }),
      'silent',
    )
  }

  /** A policy that adds machines, by how far the alarm's metric is above its bound. It never takes one away. */
  private addMachines(
    id: string,
    group: string,
    steps: readonly { readonly above: number; readonly upTo?: number; readonly add: number }[],
  ): string {
    const policy = new CfnScalingPolicy(this, id, {
      autoScalingGroupName: group,
      policyType: 'StepScaling',
      adjustmentType: 'ChangeInCapacity',
      metricAggregationType: 'Maximum',
      estimatedInstanceWarmup: 300,
      stepAdjustments: steps.map(({ above, upTo, add }) => ({
        metricIntervalLowerBound: above,
        ...(upTo === undefined ? {} : { metricIntervalUpperBound: upTo }),
        scalingAdjustment: add,
      })),
    })
    return policy.ref
  }
}

const act = (alarmActionArn: string): IAlarmAction => ({ bind: () => ({ alarmActionArn }) })
