import { names } from '@bp/contracts/names'
import { slowDownAlarms, speedUpAlarms } from '../alarm-clock.ts'
import { callApi } from '../api.ts'
import { alarmState, fleet, lookAtGroup } from '../fleet.ts'
import { endedJob, submitJob } from '../jobs.ts'
import type { Scene } from '../scene.ts'
import { bash } from '../shell.ts'
import type { Step } from '../step.ts'
import { until } from '../until.ts'
import { workerOf } from '../workers.ts'
import { backendsAre, failureStep, firstLook, firstMachine, setBackends } from './failing.ts'

const wakeName = names.alarms.fleet('net', 'wake', fleet.stage, fleet.slug)
const missingName = names.alarms.fleet('p2', 'metrics-missing', fleet.stage, fleet.slug)

const notPublishing = failureStep({
  id: 'metrics-not-publishing',
  title: 'No scale-out: fleet metrics not publishing',
  command: setBackends(0),
  real: 'both backends end; a job waits in MariaDB',
  emulated: 'CloudWatch, its alarms (clock faster)',
  needs: ['wrong-fleet-secret'],
  secondsMax: 90,
  play: async (scene, signal) => {
    const { id } = await submitJob(scene)
    scene.notebook.write('job', id)
    await bash(scene, setBackends(0), signal)
    await backendsAre(scene, 0, signal)
    await speedUpAlarms(scene)
    await until(
      `${missingName} to ring`,
      async () => ((await alarmState(scene, missingName)) === 'ALARM' ? true : undefined),
      { signal },
    )
    const wake = await alarmState(scene, wakeName)
    const { DesiredCapacity: size } = await lookAtGroup(scene)
    if (wake === 'ALARM' || size !== 0)
      throw new Error(`without metrics the wake alarm is ${wake} and desired is ${size}`)
    return `${missingName} rings; ${wakeName} is ${wake}, desired 0`
  },
})

/** Publishes once what the backend would, under some slug. */
const publishAs = (slug: string): string =>
  ['QueueDepth --value 1', 'ScalerHeartbeat --value 0']
    .map(
      metric =>
        `aws cloudwatch put-metric-data --namespace ${names.metricNamespace} --dimensions FleetSlug=${slug},Stage=${fleet.stage} --metric-name ${metric}`,
    )
    .join('\n')

const misspelt = 'portrait'
/** Two calls take longer than an emulated minute, so this is more than the three that the alarm counts. */
const rounds = 4

const wrongDimensions = failureStep({
  id: 'wrong-dimensions',
  title: 'No scale-out: wrong stage/slug dimensions',
  command: publishAs(misspelt).split('\n')[0] ?? '',
  real: "the runbook's first look",
  emulated: 'CloudWatch, its alarms (clock faster), Auto Scaling',
  needs: [notPublishing.id],
  secondsMax: 120,
  play: async (scene, signal) => {
    for (let round = 0; round < rounds; round++) await bash(scene, publishAs(misspelt), signal)
    const deaf = await alarmState(scene, wakeName)
    if (deaf === 'ALARM') throw new Error("another fleet's metric wakes this one")
    const seen = await firstLook(scene, 'No scale-out', 'list-metrics', signal)
    if (!new RegExp(`FleetSlug\\t${misspelt}$`, 'm').test(seen))
      throw new Error(`the runbook's look shows ${seen}`)
    // The control: the same numbers under the right name.
    const woken = await until(
      'the same numbers under the right slug to start a machine',
      async () => {
        await bash(scene, publishAs(fleet.slug), signal)
        return (await lookAtGroup(scene)).Instances?.[0]
      },
      { signal, everyMs: 100 },
    )
    await slowDownAlarms(scene)
    return `as ${misspelt}: ${deaf}; as ${fleet.slug}: ${woken.InstanceId ?? ''}`
  },
})

const unreachable = failureStep({
  id: 'backend-unreachable',
  title: 'Workers not registering: backend unreachable from worker',
  command:
    'aws logs tail /gpu-workers/$SLUG --since 15m --log-stream-name-prefix $STAGE/ --format short',
  real: "worker's tries, the runbook's first look; afterwards the job that waited runs",
  emulated: 'the load balancer: 503 without a target; CloudWatch Logs',
  needs: [wrongDimensions.id],
  secondsMax: 120,
  play: async (scene, signal) => {
    const { InstanceId: instance = '' } = await firstMachine(scene, signal)
    const live = await callApi(scene, { method: 'GET', path: '/api/live' })
    const seen = await until(
      'the tries in the log of the machine',
      async () => {
        const text = await firstLook(scene, 'Workers not registering', 'logs tail', signal)
        return text.split('\n').findLast(line => line.includes('backend.unanswered'))
      },
      { signal, everyMs: 1_000 },
    )
    await bringBack(scene, signal)
    await until('the worker to register', () => workerOf(scene, instance), { signal })
    const job = await endedJob(scene, scene.notebook.read('job'), signal)
    return `/api/live answered ${live.status}; ${seen.slice(0, 200)}; with the backend back it registered and the job ${job.status}`
  },
})

async function bringBack(scene: Scene, signal: AbortSignal): Promise<void> {
  await bash(scene, setBackends(2), signal)
  await backendsAre(scene, 2, signal)
}

/** Why no machine comes, and why one that came does not register. */
export const scaleOutFailureSteps: readonly Step[] = [notPublishing, wrongDimensions, unreachable]
