import {
  DescribeAutoScalingGroupsCommand,
  type AutoScalingClient,
} from '@aws-sdk/client-auto-scaling'
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { GetMetricDataCommand, type CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { names } from '@bp/contracts/names'
import type { Assembly } from './cdk.ts'
import { OperateFault } from './fault.ts'
import type { FleetRef } from './fleet-ref.ts'
import type { Say } from './script.ts'
import { findStackStatus, stackFault } from './stack-state.ts'

export interface DestroyClouds {
  readonly autoscaling: AutoScalingClient
  readonly cloudformation: CloudFormationClient
  readonly cloudwatch: CloudWatchClient
  readonly assemble: () => Promise<Pick<Assembly, 'destroy'> & AsyncDisposable>
}

/**
 * Removes a fleet's stack. Throws `fleet_is_busy` while a machine runs or a job waits for it. The fleet's row, document,
 * pointers, images and log group stay: provisioning again brings back the very same fleet.
 */
export async function destroyFleet(
  clouds: DestroyClouds,
  fleet: FleetRef,
  say: Say,
): Promise<boolean> {
  const stack = names.stacks.gpuFleet(fleet.stage, fleet.slug)
  const status = await findStackStatus(clouds.cloudformation, stack)
  if (status === undefined) {
    say(`${stack} is not there.`)
    return false
  }
  const fault = stackFault(stack, status)
  // What was rolled back can be removed all the same; only somebody else's change is waited for.
  if (fault?.code === 'stack_busy') throw fault
  await demandNoMachine(clouds.autoscaling, fleet)
  await demandNoWork(clouds.cloudwatch, fleet, say)
  await using assembly = await clouds.assemble()
  say(`${stack}: is removed.`)
  await assembly.destroy(stack)
  return true
}

async function demandNoMachine(autoscaling: AutoScalingClient, fleet: FleetRef): Promise<void> {
  const groups = [
    names.autoScalingGroup(fleet.stage, fleet.slug),
    names.onDemandGroup(fleet.stage, fleet.slug),
  ]
  const { AutoScalingGroups = [] } = await autoscaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: groups }),
  )
  for (const {
    AutoScalingGroupName = '',
    Instances = [],
    DesiredCapacity = 0,
  } of AutoScalingGroups)
    if (Instances.length > 0 || DesiredCapacity > 0)
      throw new OperateFault(
        'fleet_is_busy',
        `${AutoScalingGroupName} holds ${Instances.length} machines and wants ${DesiredCapacity}.`,
        `Let it run empty: aws autoscaling update-auto-scaling-group --auto-scaling-group-name ${AutoScalingGroupName} --min-size 0 --max-size 0 --desired-capacity 0, wait until it holds none, then run this again.`,
      )
}

/** How far back the last word of the publisher may lie. */
const fresh = 10 * 60_000

async function demandNoWork(
  cloudwatch: CloudWatchClient,
  fleet: FleetRef,
  say: Say,
): Promise<void> {
  const now = Date.now()
  const { MetricDataResults = [] } = await cloudwatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(now - fresh),
      EndTime: new Date(now),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [
        {
          Id: 'queue',
          MetricStat: {
            Metric: {
              Namespace: names.metricNamespace,
              MetricName: 'QueueDepth',
              Dimensions: [
                { Name: 'FleetSlug', Value: fleet.slug },
                { Name: 'Stage', Value: fleet.stage },
              ],
            },
            Period: 60,
            Stat: 'Maximum',
          },
        },
      ],
    }),
  )
  const [depth] = MetricDataResults[0]?.Values ?? []
  if (depth === undefined)
    say('Nobody has published QueueDepth for ten minutes: whether jobs wait is not known.')
  else if (depth > 0)
    throw new OperateFault(
      'fleet_is_busy',
      `${depth} jobs wait for ${fleet.stage}/${fleet.slug} or run on it.`,
      'Let them end or cancel them, or let another fleet serve their workflow; then run this again.',
    )
}
