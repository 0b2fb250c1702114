import {
  DescribeAutoScalingGroupsCommand,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling'
import { DescribeAlarmsCommand, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { names } from '@bp/contracts/names'
import type { Scene } from './scene.ts'

/** The fleet that is rehearsed: production, because that is where people's jobs go. */
export const fleet = {
  stage: 'production',
  slug: 'portraits',
  name: 'Portraits',
  template: 'gpu-24gb',
  instance_types: ['g6.xlarge', 'g5.xlarge'],
  min: 0,
  max: 2,
  on_demand_max: 0,
} as const

export const fleetInputs = { fleet_stage: fleet.stage, fleet_slug: fleet.slug } as const
export const fleetStack = names.stacks.gpuFleet(fleet.stage, fleet.slug)
export const fleetGroup = names.autoScalingGroup(fleet.stage, fleet.slug)

/** The fleet's group as it is now. */
export async function lookAtGroup({ cloud }: Scene): Promise<AutoScalingGroup> {
  const { AutoScalingGroups = [] } = await cloud.autoScaling.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [fleetGroup] }),
  )
  const [group] = AutoScalingGroups
  if (group === undefined) throw new Error(`there is no group ${fleetGroup}`)
  return group
}

/** State of an alarm; `absent` where there is none. */
export async function alarmState({ cloud }: Scene, name: string): Promise<string> {
  const { MetricAlarms = [] } = await cloud.cloudWatch.send(
    new DescribeAlarmsCommand({ AlarmNames: [name] }),
  )
  return MetricAlarms[0]?.StateValue ?? 'absent'
}

const lookBackMs = 600_000

/** The highest QueueDepth of each of the fleet's last minutes that have one, the newest first. */
export async function queueDepths({ cloud }: Scene): Promise<readonly number[]> {
  const now = Date.now()
  const { MetricDataResults = [] } = await cloud.cloudWatch.send(
    new GetMetricDataCommand({
      StartTime: new Date(now - lookBackMs),
      EndTime: new Date(now),
      ScanBy: 'TimestampDescending',
      MetricDataQueries: [
        {
          Id: 'depth',
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
  return MetricDataResults[0]?.Values ?? []
}
