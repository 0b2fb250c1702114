import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DescribeScalingActivitiesCommand } from '@aws-sdk/client-auto-scaling'
import { GetParameterCommand } from '@aws-sdk/client-ssm'
import { names } from '@bp/contracts/names'
import { fleet, fleetGroup } from '../fleet.ts'
import type { Scene } from '../scene.ts'
import { bash } from '../shell.ts'
import type { Step } from '../step.ts'
import { until } from '../until.ts'
import { workerOf } from '../workers.ts'
import { amiPointer, failureStep, firstLook, firstMachine, setDesired } from './failing.ts'

const secret = names.parameters.fleetSecret(fleet.stage)

const read = async ({ cloud }: Scene, name: string): Promise<string> => {
  const command = new GetParameterCommand({ Name: name, WithDecryption: true })
  return (await cloud.ssm.send(command)).Parameter?.Value ?? ''
}

const removePointer = `aws ssm delete-parameter --name ${amiPointer}`

const amiMissing = failureStep({
  id: 'ami-not-found',
  title: 'AMI not found: missing /bp/ami/fleets/<stage>/<slug>',
  command: removePointer,
  real: "the runbook's first look",
  emulated: 'EC2, Auto Scaling and its activities',
  needs: ['scale-to-zero'],
  play: async (scene, signal) => {
    const image = await read(scene, amiPointer)
    await bash(scene, removePointer, signal)
    await setDesired(scene, 1, signal)
    await until(
      'a failed launch in the activities',
      async () => {
        const { Activities = [] } = await scene.cloud.autoScaling.send(
          new DescribeScalingActivitiesCommand({ AutoScalingGroupName: fleetGroup, MaxRecords: 3 }),
        )
        return Activities.find(one => one.StatusMessage?.includes(amiPointer))
      },
      { signal },
    )
    const seen = await firstLook(scene, 'AMI not found', 'describe-scaling-activities', signal)
    if (!seen.includes(amiPointer)) throw new Error(`the runbook's look shows ${seen}`)
    await setDesired(scene, 0, signal)
    await bash(
      scene,
      `aws ssm put-parameter --name ${amiPointer} --type String --data-type aws:ec2:image --value ${image}`,
      signal,
    )
    return seen
      .trim()
      .split(/\s*\n\s*/)
      .slice(0, 3)
      .join(' ')
  },
})

/** By hand, past `bp secrets sync`. The value stands in a file: a list of processes is read by others. */
async function putSecret(scene: Scene, value: string, signal: AbortSignal): Promise<void> {
  const file = join(scene.folder, 'fleet-secret')
  await writeFile(file, value, { mode: 0o600 })
  await bash(
    scene,
    `aws ssm put-parameter --name ${secret} --type SecureString --overwrite --value file://${file}`,
    signal,
  )
}

const wrongSecret = failureStep({
  id: 'wrong-fleet-secret',
  title: 'Workers not registering: wrong fleet secret',
  command: `aws ssm put-parameter --name ${secret} --type SecureString --overwrite --value file://…`,
  real: "the machine's own script for the secret, backend's refusal, worker's line and exit code, the runbook's first look",
  emulated: 'SSM, EC2, CloudWatch Logs; `aws logs tail`',
  needs: [amiMissing.id],
  secondsMax: 90,
  play: async (scene, signal) => {
    const right = await read(scene, secret)
    await putSecret(scene, randomBytes(24).toString('base64url'), signal)
    await setDesired(scene, 1, signal)
    const { InstanceId: instance = '' } = await firstMachine(scene, signal)
    const seen = await until(
      'the refusal in the log of the machine',
      async () => {
        const text = await firstLook(scene, 'Workers not registering', 'logs tail', signal)
        return text.split('\n').find(line => line.includes('secret_wrong'))
      },
      { signal, everyMs: 1_000 },
    )
    if ((await workerOf(scene, instance)) !== undefined)
      throw new Error('it registered all the same')
    await putSecret(scene, right, signal)
    await until('the worker to register', () => workerOf(scene, instance), { signal })
    await endMachine(scene, instance, signal)
    return `${seen.slice(0, 200)}; with the right one it registered`
  },
})

/** Ends a machine by hand, and waits until its process is gone. */
async function endMachine(scene: Scene, instance: string, signal: AbortSignal): Promise<void> {
  await bash(
    scene,
    `aws autoscaling terminate-instance-in-auto-scaling-group --instance-id ${instance} --should-decrement-desired-capacity`,
    signal,
  )
  await until(
    'the worker process to end',
    async () => (scene.hosts.machines.running().length === 0 ? true : undefined),
    { signal },
  )
}

/** What goes wrong with a fleet itself. */
export const fleetFailureSteps: readonly Step[] = [amiMissing, wrongSecret]
