/** The groups of all fleets with their machines. */
import {
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  type AutoScalingClient,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling'
import type { ZeroMachine } from '@bp/domain/scaling/decide-zero'
import { fleetOfTags } from './alarms.ts'
import type { FleetKey } from './backend.ts'

export interface GroupView {
  readonly name: string
  readonly fleet: FleetKey
  readonly isClosed: boolean
  readonly machines: readonly {
    readonly id: string
    readonly lifecycle: ZeroMachine['lifecycle']
  }[]
}

const pagesMax = 20
const activityPagesMax = 3

/** All groups of bp that hold a machine. */
export async function readGroups(
  client: AutoScalingClient,
  signal: AbortSignal,
): Promise<readonly GroupView[]> {
  const groups: GroupView[] = []
  let next: string | undefined
  for (let page = 0; page < pagesMax; page++) {
    const answer = await client.send(
      new DescribeAutoScalingGroupsCommand({
        Filters: [{ Name: 'tag:Project', Values: ['bp'] }],
        MaxRecords: 100,
        ...(next === undefined ? {} : { NextToken: next }),
      }),
      { abortSignal: signal },
    )
    for (const group of answer.AutoScalingGroups ?? []) {
      const fleet = fleetOfTags(new Map(group.Tags?.map(tag => [tag.Key, tag.Value])))
      const name = group.AutoScalingGroupName
      const machines = machinesOf(group)
      if (fleet !== undefined && name !== undefined && machines.length > 0)
        groups.push({ name, fleet, isClosed: group.MaxSize === 0, machines })
    }
    next = answer.NextToken
    if (next === undefined) break
  }
  return groups
}

export function machinesOf(group: AutoScalingGroup): GroupView['machines'] {
  return (group.Instances ?? []).flatMap(({ InstanceId: id, LifecycleState: state = '' }) =>
    id === undefined ? [] : [{ id, lifecycle: lifecycleOf(state) }],
  )
}

function lifecycleOf(state: string): ZeroMachine['lifecycle'] {
  if (state === 'InService') return 'in_service'
  // Standby and detached machines are somebody's own business, just as those on their way out.
  return state.startsWith('Pending') ? 'pending' : 'ending'
}

/**
 * When each machine of a group was launched (Unix ms), from the group's own log. A machine that the log does not show
 * any more is at least as old as the oldest entry.
 */
export async function readLaunchTimes(
  client: AutoScalingClient,
  group: string,
  nowMs: number,
  signal: AbortSignal,
): Promise<(id: string) => number> {
  const launchedMs = new Map<string, number>()
  let oldestMs = nowMs
  let next: string | undefined
  for (let page = 0; page < activityPagesMax; page++) {
    const answer = await client.send(
      new DescribeScalingActivitiesCommand({
        AutoScalingGroupName: group,
        MaxRecords: 100,
        ...(next === undefined ? {} : { NextToken: next }),
      }),
      { abortSignal: signal },
    )
    for (const { Description: text = '', StartTime: time } of answer.Activities ?? []) {
      if (time === undefined) continue
      oldestMs = Math.min(oldestMs, time.getTime())
      const [, id] =
        /^(?:Launching a new|Attaching an) EC2 instance: (i-[0-9a-f]+)/.exec(text) ?? []
      if (id !== undefined && !launchedMs.has(id)) launchedMs.set(id, time.getTime())
    }
    next = answer.NextToken
    if (next === undefined) break
  }
  return id => launchedMs.get(id) ?? oldestMs
}
