import { FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { names } from '@bp/contracts/names'
import { alarmSpeed, slowDownAlarms, speedUpAlarms } from '../alarm-clock.ts'
import { alarmState, fleet, lookAtGroup, queueDepths } from '../fleet.ts'
import { endedJob, showJob, submitJob } from '../jobs.ts'
import { withRights } from '../rights.ts'
import { chapter, type Step } from '../step.ts'
import { until } from '../until.ts'
import { workerOf } from '../workers.ts'

const step = chapter('Verify workers register, and back to zero')

const waits = step({
  id: 'job-waits',
  title: 'A job is submitted and waits with its reason',
  command: 'POST /api/v1/jobs',
  real: 'backend, MariaDB, upload by signed address',
  emulated: 'S3',
  needs: ['apply'],
  play: async (scene, signal) => {
    const { id } = await submitJob(scene)
    scene.notebook.write('job', id)
    const waiting = await until(
      'the reason why the job waits',
      async () => (await showJob(scene, id)).waiting ?? undefined,
      { signal },
    )
    return `${waiting.code}: ${waiting.text}`
  },
})

const metrics = step({
  id: 'metrics',
  title: 'The backend publishes QueueDepth, ActiveWorkers, ScalerHeartbeat',
  real: 'publisher of the backend, its leader lease in MariaDB',
  emulated: 'CloudWatch',
  thin: 'ScalerHeartbeat is 0: no scaling law yet, so the alarms scale',
  needs: [waits.id],
  play: async (scene, signal) => {
    await until(
      'QueueDepth of the fleet to be 1',
      async () => ((await queueDepths(scene))[0] === 1 ? true : undefined),
      { signal },
    )
    return 'QueueDepth 1'
  },
})

const wakeName = names.alarms.fleet('net', 'wake', fleet.stage, fleet.slug)

const out = step({
  id: 'scale-out',
  title: 'Alarm → scaling policy → group 0 → 1 → worker registers',
  real: 'user data, worker process in --machine mode, registration by the fleet secret',
  emulated: `alarm (its clock ${alarmSpeed} times faster), policy, EC2, metadata service`,
  thin: 'registration by the fleet secret alone, without an identity check',
  needs: [metrics.id],
  secondsMax: 120,
  play: async (scene, signal) => {
    await speedUpAlarms(scene)
    await until(
      'the wake alarm to ring',
      async () => ((await alarmState(scene, wakeName)) === 'ALARM' ? true : undefined),
      { signal },
    )
    const machine = await until(
      'a machine in the group',
      async () => (await lookAtGroup(scene)).Instances?.[0],
      { signal },
    )
    await slowDownAlarms(scene)
    const instance = machine.InstanceId ?? ''
    scene.notebook.write('instance', instance)
    const worker = await until(`a worker of ${instance}`, () => workerOf(scene, instance), {
      signal,
    })
    return `${instance} (${machine.InstanceType}) is worker ${worker.id}, ${worker.state}`
  },
})

const runs = step({
  id: 'job-runs',
  title: 'The job runs; its result is downloaded',
  real: 'dispatcher, lease, worker, demo engine, a picture',
  emulated: 'S3; ComfyUI and its GPU',
  needs: [out.id],
  secondsMax: 90,
  play: async (scene, signal) => {
    const job = await endedJob(scene, scene.notebook.read('job'), signal)
    const [output] = job.outputs
    if (output === undefined) throw new Error('the job has no output')
    const picture = await fetch(output.asset.url)
    const bytes = Buffer.from(await picture.arrayBuffer())
    if (!picture.ok || bytes.byteLength !== output.asset.size_bytes)
      throw new Error(`the picture answers ${picture.status} with ${bytes.byteLength} bytes`)
    return `${output.name}, ${output.asset.content_type}, ${bytes.byteLength} bytes, from ${new URL(output.asset.url).host}`
  },
})

const zero = step({
  id: 'scale-to-zero',
  title: 'Queue empty → SNS → Lambda → drain → machine ended → group at zero',
  real: "the Lambda's own bundle on Node 24, the backend's answer, drain, SIGTERM of the worker",
  emulated: `alarm (its clock ${alarmSpeed} times faster), SNS, IAM (checked), Lambda's host, Auto Scaling`,
  needs: [runs.id],
  secondsMax: 150,
  play: async (scene, signal) => {
    const instance = scene.notebook.read('instance')
    await speedUpAlarms(scene)
    // The function then runs with the rights of its role alone.
    const group = await withRights(scene, () =>
      until(
        'the group to be empty',
        async () => {
          const now = await lookAtGroup(scene)
          return now.Instances?.length === 0 ? now : undefined
        },
        { signal },
      ),
    )
    await slowDownAlarms(scene)
    await until(
      'the worker process to have ended',
      async () => (scene.hosts.machines.running().length === 0 ? true : undefined),
      { signal },
    )
    const { events = [] } = await scene.cloud.logs.send(
      new FilterLogEventsCommand({
        logGroupName: names.logGroups.scaleToZero,
        filterPattern: instance,
      }),
    )
    const said = events.map(({ message }) => message ?? '').find(text => text.includes(instance))
    return `desired ${group.DesiredCapacity}; the Lambda said ${said?.trim() ?? 'nothing in its log group'}`
  },
})

/** From a waiting job to an empty group. */
export const workSteps: readonly Step[] = [waits, metrics, out, runs, zero]
