import {
  DescribeAutoScalingGroupsCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  type AutoScalingClient,
} from '@aws-sdk/client-auto-scaling'
import { machinesOf } from './groups.ts'

export type Ended = 'ended' | 'gone' | 'ending_already' | 'refused'

/**
 * Ends one machine. Sizes and its lifecycle are read just before. Desired capacity goes down with it, so that the group
 * launches no other in its place; except when the group holds more machines than desired, where the call would be
 * refused at the minimum and nothing is launched anyway. A size is never written.
 */
export async function endMachine(
  client: AutoScalingClient,
  group: string,
  id: string,
  signal: AbortSignal,
): Promise<{ readonly result: Ended; readonly message?: string }> {
  const answer = await client.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }),
    { abortSignal: signal },
  )
  const now = answer.AutoScalingGroups?.[0]
  if (now === undefined) return { result: 'gone' }
  const machines = machinesOf(now)
  const machine = machines.find(one => one.id === id)
  if (machine === undefined) return { result: 'gone' }
  if (machine.lifecycle === 'ending') return { result: 'ending_already' }
  const live = machines.filter(one => one.lifecycle !== 'ending').length
  try {
    await client.send(
      new TerminateInstanceInAutoScalingGroupCommand({
        InstanceId: id,
        ShouldDecrementDesiredCapacity: live <= (now.DesiredCapacity ?? 0),
      }),
      { abortSignal: signal },
    )
    return { result: 'ended' }
  } catch (thrown) {
    if (!(thrown instanceof Error) || thrown.name !== 'ValidationError') throw thrown
    return /not found/i.test(thrown.message)
      ? { result: 'gone' }
      : { result: 'refused', message: thrown.message }
  }
}
