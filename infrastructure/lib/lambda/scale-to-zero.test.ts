/** The function as AWS calls it: clients are stood in for, the backend is a server on loopback that checks signatures. */
import { createServer, type Server } from 'node:http'
import {
  AutoScalingClient,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  type AutoScalingGroup,
} from '@aws-sdk/client-auto-scaling'
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  ListTagsForResourceCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch'
import {
  CloudWatchLogsClient,
  FilterLogEventsCommand,
  ResourceNotFoundException,
} from '@aws-sdk/client-cloudwatch-logs'
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import { verifyFleetCall } from '@bp/contracts/fleet-signature'
import type { FleetMachines } from '@bp/contracts/shapes/fleets'
import { handler } from './scale-to-zero.ts'

const minuteMs = 60_000
const secret = 'a-fleet-secret-of-tests'
const topicArn = 'arn:aws:sns:us-east-1:123456789012:bp-scale-to-zero'
const group = 'asg-production-wan'
const alarmArn = 'arn:aws:cloudwatch:us-east-1:123456789012:alarm:bp-net-queue-empty'
const ringing = {
  Project: 'bp',
  FleetStage: 'production',
  FleetSlug: 'wan',
  ScaleToZero: 'queue_empty',
}
const fleetPath = '/api/internal/fleets/production/wan'

const autoScaling = mockClient(AutoScalingClient)
const cloudWatch = mockClient(CloudWatchClient)
const logs = mockClient(CloudWatchLogsClient)
const ssm = mockClient(SSMClient)

/** What the world is like in a test. */
interface World {
  groups: AutoScalingGroup[]
  alarms: { arn: string; state: 'ALARM' | 'OK'; tags: Record<string, string> }[]
  /** Minutes ago → value. */
  points: Record<'queueDepth' | 'heartbeat' | 'maxSize', [number, number][]>
  launchedMinutesAgo: Record<string, number>
  lines:
    | { instance: string; state: string; sinceMinutes: number; minutesAgo: number }[]
    | 'no group'
  parameters: Record<string, string>
  backend: FleetMachines | number
  busyAtDrain: string[]
}
let world: World
let asked: string[]
let printed: string[]
let server: Server
let url: string

const machines = (...ids: string[]) =>
  ids.map(id => ({
    InstanceId: id,
    LifecycleState: 'InService' as const,
    AvailabilityZone: 'us-east-1a',
    HealthStatus: 'Healthy',
    ProtectedFromScaleIn: true,
  }))
const groupOf = (more: Partial<AutoScalingGroup> = {}): AutoScalingGroup => ({
  AutoScalingGroupName: group,
  MinSize: 0,
  MaxSize: 4,
  DesiredCapacity: 2,
  DefaultCooldown: 0,
  AvailabilityZones: [],
  HealthCheckType: 'EC2',
  CreatedTime: new Date(0),
  Instances: machines('i-a', 'i-b'),
  Tags: Object.entries({ Project: 'bp', FleetStage: 'production', FleetSlug: 'wan' }).map(
    ([Key, Value]) => ({ Key, Value }),
  ),
  ...more,
})
const worker = (instance: string, more: Partial<FleetMachines['workers'][number]> = {}) => ({
  instance,
  state: 'ready' as const,
  leases: 0,
  ...more,
})
const silent = (...workers: FleetMachines['workers']): FleetMachines => ({
  scaler_age_ms: 30 * minuteMs,
  waiting: 0,
  leases: workers.reduce((sum, one) => sum + one.leases, 0),
  workers,
})
const message = (arn = alarmArn) => ({
  Records: [{ Sns: { Message: JSON.stringify({ AlarmName: 'a lie', AlarmArn: arn }) } }],
})
const rule = { source: 'aws.events' }
const ended = () =>
  autoScaling
    .commandCalls(TerminateInstanceInAutoScalingGroupCommand)
    .map(call => call.args[0].input)
const endedIds = () => ended().map(input => input.InstanceId)

beforeAll(async () => {
  process.env['BP_TOPIC_ARN'] = topicArn
  server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString()
      const { method = '', url: path = '' } = request
      verifyFleetCall(secret, request.headers.authorization, { method, path }, Date.now())
        .then(proven => {
          const isDrain = path === `${fleetPath}/drain`
          const { instance } = isDrain ? JSON.parse(body) : { instance: '' }
          asked.push(isDrain ? `drain ${instance}` : path)
          const status =
            proven === undefined ? 401 : typeof world.backend === 'number' ? world.backend : 200
          const answer = isDrain
            ? { result: world.busyAtDrain.includes(instance) ? 'busy' : 'drained' }
            : world.backend
          response.writeHead(status, { 'content-type': 'application/json' })
          return response.end(JSON.stringify(answer))
        })
        .catch((thrown: unknown) => response.destroy(thrown instanceof Error ? thrown : undefined))
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the stub has no port')
  url = `http://127.0.0.1:${address.port}`
})
afterAll(async () => {
  delete process.env['BP_TOPIC_ARN']
  for (const mock of [autoScaling, cloudWatch, logs, ssm]) mock.restore()
  server.closeAllConnections()
  await new Promise(resolve => server.close(resolve))
})

beforeEach(() => {
  asked = []
  printed = []
  vi.spyOn(process.stdout, 'write').mockImplementation(line => {
    printed.push(String(line))
    return true
  })
  world = {
    groups: [groupOf()],
    alarms: [
      {
        arn: alarmArn,
        state: 'ALARM',
        tags: ringing,
      },
    ],
    points: { queueDepth: [[1, 0]], heartbeat: [[1, 0]], maxSize: [] },
    launchedMinutesAgo: { 'i-a': 60, 'i-b': 50 },
    lines: [],
    parameters: {
      '/bp/compute/api-url': url,
      '/bp/fleets/production/fleet-secret': secret,
      '/bp/fleets/production/wan/desired_config': '{"stage":"production","slug":"wan","min":0}',
    },
    backend: silent(worker('i-a'), worker('i-b')),
    busyAtDrain: [],
  }
  autoScaling.on(DescribeAutoScalingGroupsCommand).callsFake(() => ({
    AutoScalingGroups: world.groups,
  }))
  autoScaling.on(DescribeScalingActivitiesCommand).callsFake(() => ({
    Activities: Object.entries(world.launchedMinutesAgo).map(([id, ago]) => ({
      Description: `Launching a new EC2 instance: ${id}`,
      StartTime: new Date(Date.now() - ago * minuteMs),
    })),
  }))
  autoScaling.on(TerminateInstanceInAutoScalingGroupCommand).resolves({})
  cloudWatch.on(DescribeAlarmsCommand).callsFake(({ AlarmNames: names, StateValue: state }) => ({
    MetricAlarms: world.alarms
      .filter(one => names?.some((name: string) => one.arn.endsWith(`:${name}`)) ?? true)
      .filter(one => state === undefined || one.state === state)
      .map(one => ({ AlarmArn: one.arn, StateValue: one.state })),
  }))
  cloudWatch.on(ListTagsForResourceCommand).callsFake(({ ResourceARN: arn }) => ({
    Tags: Object.entries(world.alarms.find(one => one.arn === arn)?.tags ?? {}).map(
      ([Key, Value]) => ({ Key, Value }),
    ),
  }))
  cloudWatch.on(GetMetricDataCommand).callsFake(() => ({
    MetricDataResults: Object.entries(world.points).map(([Id, points]) => ({
      Id,
      Timestamps: points.map(([ago]) => new Date(Date.now() - ago * minuteMs)),
      Values: points.map(([, value]) => value),
    })),
  }))
  cloudWatch.on(PutMetricDataCommand).resolves({})
  logs.on(FilterLogEventsCommand).callsFake(() => {
    if (world.lines === 'no group')
      throw new ResourceNotFoundException({ message: 'no such group', $metadata: {} })
    return {
      events: world.lines.map(line => ({
        logStreamName: `production/${line.instance}`,
        timestamp: Date.now() - line.minutesAgo * minuteMs,
        message: JSON.stringify({
          event: 'agent.state',
          state: line.state,
          since: new Date(Date.now() - line.sinceMinutes * minuteMs).toISOString(),
        }),
      })),
    }
  })
  ssm.on(GetParameterCommand).callsFake(({ Name: name }) => {
    const value = world.parameters[name]
    if (value === undefined) throw new ParameterNotFound({ message: 'none', $metadata: {} })
    return { Parameter: { Value: value } }
  })
})
afterEach(() => {
  vi.restoreAllMocks()
  for (const mock of [autoScaling, cloudWatch, logs, ssm]) mock.reset()
})

describe('scale to zero, by an alarm', () => {
  it('drains and then ends what is idle, one call each, desired capacity along with it', async () => {
    const [decided] = await handler(message())
    expect(decided).toMatchObject({
      stage: 'production',
      slug: 'wan',
      verdict: 'scaler_silent',
      ended: ['i-a', 'i-b'],
      kept: [],
    })
    expect(asked).toEqual([fleetPath, 'drain i-a', 'drain i-b'])
    expect(ended()).toEqual([
      { InstanceId: 'i-a', ShouldDecrementDesiredCapacity: true },
      { InstanceId: 'i-b', ShouldDecrementDesiredCapacity: true },
    ])
    expect(cloudWatch.commandCalls(PutMetricDataCommand)[0]?.args[0].input).toMatchObject({
      Namespace: 'ComfyUI/Workers',
      MetricData: [{ MetricName: 'ScaleToZeroDecision', Value: 2 }],
    })
  })

  it('says what it did in lines that a program can read', async () => {
    await handler(message())
    expect(printed.map(line => JSON.parse(line))).toMatchObject([
      { event: 'scale_to_zero_machine', id: 'i-a', result: 'ended' },
      { event: 'scale_to_zero_machine', id: 'i-b', result: 'ended' },
      { event: 'scale_to_zero', slug: 'wan', verdict: 'scaler_silent', ended: ['i-a', 'i-b'] },
    ])
    expect(printed.join('')).not.toContain(secret)
  })

  it('writes no size, whatever happens', async () => {
    await handler(message())
    const called = autoScaling.calls().map(call => call.args[0].constructor.name)
    expect(new Set(called)).toEqual(
      new Set([
        'DescribeAutoScalingGroupsCommand',
        'DescribeScalingActivitiesCommand',
        'TerminateInstanceInAutoScalingGroupCommand',
      ]),
    )
  })

  it('does not lower desired capacity below what a hand has lowered already', async () => {
    world.groups = [groupOf({ DesiredCapacity: 0 })]
    await handler(message())
    expect(ended().map(input => input.ShouldDecrementDesiredCapacity)).toEqual([false, false])
  })

  it('refuses while a lease lives', async () => {
    world.backend = silent(worker('i-a', { leases: 1 }), worker('i-b'))
    const [decided] = await handler(message())
    expect(decided).toMatchObject({ verdict: 'refused', ended: [] })
    expect(asked).toEqual([fleetPath])
    expect(endedIds()).toEqual([])
  })

  it('leaves what became busy between the question and the drain', async () => {
    world.busyAtDrain = ['i-a']
    const [decided] = await handler(message())
    expect(decided).toMatchObject({ ended: ['i-b'], kept: [{ id: 'i-a', why: 'busy' }] })
    expect(endedIds()).toEqual(['i-b'])
  })

  it('leaves everything to a scaler that is alive', async () => {
    world.backend = { ...silent(worker('i-a'), worker('i-b')), scaler_age_ms: 4_000 }
    const [decided] = await handler(message())
    expect(decided).toMatchObject({ verdict: 'scaler_alive', ended: [] })
  })

  it('keeps the minimum that the fleet’s configuration wants', async () => {
    world.parameters['/bp/fleets/production/wan/desired_config'] = '{"min":1,"max":4}'
    const [decided] = await handler(message())
    expect(decided).toMatchObject({ ended: ['i-a'], kept: [{ id: 'i-b', why: 'floor' }] })
  })

  it('believes the state that it reads, not the message', async () => {
    world.alarms[0] = { arn: alarmArn, state: 'OK', tags: world.alarms[0]?.tags ?? {} }
    expect(await handler(message())).toEqual([])
    expect(asked).toEqual([])
  })

  it('believes tags, not names: an alarm that is not ours asks about nothing', async () => {
    for (const tags of [{}, { Project: 'other', FleetStage: 'production', FleetSlug: 'wan' }]) {
      world.alarms[0] = { arn: alarmArn, state: 'ALARM', tags }
      expect(await handler(message())).toEqual([])
    }
    world.alarms = world.alarms.map(one => ({ ...one, tags: ringing, arn: `${alarmArn}-2` }))
    expect(await handler(message())).toEqual([])
  })

  it('refuses an alarm that the last minutes contradict', async () => {
    world.points.queueDepth = [
      [1, 0],
      [2, 3],
    ]
    const [decided] = await handler(message())
    expect(decided).toMatchObject({ verdict: 'alarm_contradicted', ended: [] })
    expect(asked).toEqual([])
  })

  it('ends nobody on a guess when the backend refuses to speak, and is heard about it', async () => {
    world.parameters['/bp/fleets/production/fleet-secret'] = 'another'
    await expect(handler(message())).rejects.toThrow('could not be looked at')
    expect(endedIds()).toEqual([])
  })

  it('is done when it is run again', async () => {
    await handler(message())
    world.groups = [groupOf({ DesiredCapacity: 0, Instances: [] })]
    expect(await handler(message())).toEqual([])
    expect(endedIds()).toHaveLength(2)
  })

  it('takes a machine that is gone, ending or refused for no fault', async () => {
    world.groups = [groupOf({ Instances: machines('i-a', 'i-b') })]
    autoScaling
      .on(TerminateInstanceInAutoScalingGroupCommand, { InstanceId: 'i-a' })
      .rejects(Object.assign(new Error('Instance Id not found'), { name: 'ValidationError' }))
    autoScaling
      .on(TerminateInstanceInAutoScalingGroupCommand, { InstanceId: 'i-b' })
      .rejects(
        Object.assign(new Error("will violate group's min size"), { name: 'ValidationError' }),
      )
    const [decided] = await handler(message())
    expect(decided?.kept).toEqual([
      { id: 'i-a', why: 'gone' },
      { id: 'i-b', why: 'refused' },
    ])
  })

  it('reads the lifecycle just before it ends a machine', async () => {
    const before = [groupOf()]
    const after = [
      groupOf({
        Instances: [
          ...machines('i-a').map(one => ({ ...one, LifecycleState: 'Terminating:Wait' as const })),
          ...machines('i-b'),
        ],
      }),
    ]
    autoScaling
      .on(DescribeAutoScalingGroupsCommand, { AutoScalingGroupNames: [group] })
      .callsFake(() => ({ AutoScalingGroups: after }))
    world.groups = before
    const [decided] = await handler(message())
    expect(decided).toMatchObject({
      ended: ['i-b'],
      kept: [{ id: 'i-a', why: 'ending_already' }],
    })
  })
})

describe('scale to zero, while the backend is away', () => {
  beforeEach(() => {
    world.backend = 503
  })

  it('goes by the last word of the agents', async () => {
    world.lines = [
      { instance: 'i-a', state: 'busy', sinceMinutes: 40, minutesAgo: 20 },
      { instance: 'i-a', state: 'idle', sinceMinutes: 12, minutesAgo: 1 },
      { instance: 'i-b', state: 'busy', sinceMinutes: 5, minutesAgo: 1 },
    ]
    const [decided] = await handler(message())
    expect(decided).toMatchObject({
      verdict: 'backend_away',
      ended: ['i-a'],
      kept: [{ id: 'i-b', why: 'busy' }],
    })
    expect(asked.filter(path => path.startsWith('drain'))).toEqual([])
  })

  it('ends busy ones when nothing was published for an hour', async () => {
    world.points.heartbeat = [[62, 1]]
    world.points.queueDepth = []
    world.lines = [{ instance: 'i-b', state: 'busy', sinceMinutes: 5, minutesAgo: 1 }]
    const [decided] = await handler(message())
    expect(decided).toMatchObject({ ended: ['i-a', 'i-b'] })
  })

  it('takes a log that cannot be read for no evidence at all', async () => {
    logs.on(FilterLogEventsCommand).rejects(new Error('throttled'))
    await expect(handler(message())).rejects.toThrow('could not be looked at')
    expect(endedIds()).toEqual([])
  })

  it('knows a missing log group from one that cannot be read', async () => {
    world.lines = 'no group'
    world.launchedMinutesAgo = { 'i-a': 31, 'i-b': 5 }
    const [decided] = await handler(message())
    expect(decided).toMatchObject({ ended: ['i-a'], kept: [{ id: 'i-b', why: 'young' }] })
  })

  it('is away as well before there is an address or a secret', async () => {
    world.backend = silent()
    delete world.parameters['/bp/compute/api-url']
    const [decided] = await handler(message())
    expect(decided?.verdict).toBe('backend_away')
    expect(asked).toEqual([])
  })
})

describe('scale to zero, by the rule', () => {
  it('looks at every alarm that rings at the topic', async () => {
    const [decided] = await handler(rule)
    expect(decided).toMatchObject({ trigger: 'queue_empty', ended: ['i-a', 'i-b'] })
    expect(cloudWatch.commandCalls(DescribeAlarmsCommand)[0]?.args[0].input).toMatchObject({
      ActionPrefix: topicArn,
      StateValue: 'ALARM',
    })
  })

  it('empties a group that was closed by hand, busy ones after ten minutes', async () => {
    world.alarms = []
    world.groups = [groupOf({ MaxSize: 0, DesiredCapacity: 0 })]
    world.backend = { ...silent(worker('i-a', { leases: 1 }), worker('i-b')), scaler_age_ms: 0 }
    world.busyAtDrain = ['i-a']
    world.points.maxSize = [
      [1, 0],
      [2, 0],
      [3, 4],
    ]
    expect(await handler(rule)).toMatchObject([{ verdict: 'closed', ended: ['i-b'] }])
    world.points.maxSize = Array.from({ length: 12 }, (_, ago) => [ago + 1, 0])
    expect(await handler(rule)).toMatchObject([{ verdict: 'closed_long', ended: ['i-a', 'i-b'] }])
  })

  it('does not believe a gap in the metrics to be ten minutes of closure', async () => {
    world.alarms = []
    world.groups = [groupOf({ MaxSize: 0, DesiredCapacity: 0 })]
    world.backend = silent(worker('i-a', { leases: 1 }), worker('i-b', { leases: 1 }))
    world.points.maxSize = [
      [1, 0],
      [12, 0],
    ]
    expect(await handler(rule)).toMatchObject([{ verdict: 'closed', ended: [] }])
  })

  it('ends ten in one run and no more', async () => {
    const ids = Array.from({ length: 25 }, (_, n) => `i-${n.toString(16).padStart(2, '0')}`)
    world.alarms = []
    world.groups = [groupOf({ MaxSize: 0, DesiredCapacity: 0, Instances: machines(...ids) })]
    world.backend = silent(...ids.map(id => worker(id)))
    const [decided] = await handler(rule)
    expect(decided?.ended).toHaveLength(10)
    expect(decided?.kept.filter(({ why }) => why === 'later')).toHaveLength(15)
  })

  it('leaves groups alone that are not ours', async () => {
    world.alarms = []
    world.groups = [groupOf({ MaxSize: 0, Tags: [] })]
    expect(await handler(rule)).toEqual([])
  })
})
