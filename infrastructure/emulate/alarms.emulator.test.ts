/** Alarms of a deployed fleet, and what follows them: policies, the topic, the real Lambda, machines. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling'
import {
  CloudWatchClient,
  DescribeAlarmsCommand,
  PutMetricDataCommand,
} from '@aws-sdk/client-cloudwatch'
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { names } from '@bp/contracts/names'
import { startEmulator, type Emulator } from './start-emulator.ts'
import { control } from './testing/control.ts'
import { startFleetBackend, type FleetBackend } from './testing/fleet-backend.ts'
import { aws, Installation } from './testing/installation.ts'

const stage = 'production'
const slug = 'portraits'
const group = names.autoScalingGroup(stage, slug)
const secret = 'a-fleet-secret-of-a-test-0123456789'
const ami = 'ami-0123456789abcdef0'

/** One second is a minute, so that eight periods take eight seconds. */
const speed = 60
const publishEveryMs = 200
const soon = { timeout: 90_000, interval: 250 }

describe('the net under a fleet', () => {
  let folder: string
  let emulator: Emulator
  let backend: FleetBackend
  let autoScaling: AutoScalingClient
  let cloudWatch: CloudWatchClient
  let logs: CloudWatchLogsClient
  let publisher: NodeJS.Timeout | undefined
  /** What the backend's publisher would say now. */
  let metrics: Readonly<Record<string, number>>

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bp-alarms-'))
    emulator = await startEmulator({ folder: join(folder, 'emulator') })
    const { endpoint, region } = emulator
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
    autoScaling = new AutoScalingClient({ endpoint, region, credentials })
    cloudWatch = new CloudWatchClient({ endpoint, region, credentials })
    logs = new CloudWatchLogsClient({ endpoint, region, credentials })

    const installation = await Installation.synthesize(emulator, join(folder, 'app'))
    await installation.deployAll()
    const pointer = names.parameters.ami(stage, slug)
    await aws(emulator, 'ssm put-parameter', { name: pointer, type: 'String', value: ami })
    const key = names.parameters.fleetSecret(stage)
    await aws(emulator, 'ssm put-parameter', { name: key, type: 'SecureString', value: secret })
    await installation.deploy(names.stacks.gpuFleet(stage, slug), '--parameters', 'Image=bp')

    backend = await startFleetBackend(secret, {
      scaler_age_ms: null,
      waiting: 0,
      leases: 0,
      workers: [],
    })
    await balance(backend.port)
    // From here on the Lambda must get along with what its role allows.
    await control(emulator, 'auth', { on: true })
  }, 300_000)

  afterAll(async () => {
    clearInterval(publisher)
    for (const client of [autoScaling, cloudWatch, logs]) client.destroy()
    await backend[Symbol.asyncDispose]()
    await emulator[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  /** Puts the backend behind the load balancer, as ECS would. */
  async function balance(port: number): Promise<void> {
    const arn = z.string().parse(
      await aws(emulator, 'elbv2 describe-target-groups', {
        names: names.services.backend,
        query: 'TargetGroups[0].TargetGroupArn',
      }),
    )
    const target = `Id=127.0.0.1,Port=${port}`
    await aws(emulator, 'elbv2 register-targets', { 'target-group-arn': arn, targets: target })
  }

  async function view() {
    const answer = await autoScaling.send(
      new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: [group] }),
    )
    const [found] = answer.AutoScalingGroups ?? []
    return {
      desired: found?.DesiredCapacity,
      machines: (found?.Instances ?? []).map(machine => machine.InstanceId ?? ''),
    }
  }

  async function alarm(what: string): Promise<string | undefined> {
    const name = names.alarms.fleet('net', what, stage, slug)
    const answer = await cloudWatch.send(new DescribeAlarmsCommand({ AlarmNames: [name] }))
    return answer.MetricAlarms?.[0]?.StateValue
  }

  function publish(): void {
    const Dimensions = [
      { Name: 'FleetSlug', Value: slug },
      { Name: 'Stage', Value: stage },
    ]
    publisher = setInterval(() => {
      const MetricData = Object.entries(metrics).map(([MetricName, Value]) => ({
        MetricName,
        Value,
        Dimensions,
      }))
      cloudWatch
        .send(new PutMetricDataCommand({ Namespace: names.metricNamespace, MetricData }))
        // The last one may be on its way when the test ends; the next one says the same.
        .catch(() => undefined)
    }, publishEveryMs)
  }

  /** The decisions in the Lambda's log. */
  async function decisions() {
    const answer = await logs.send(
      new FilterLogEventsCommand({ logGroupName: names.logGroups.scaleToZero }),
    )
    const Line = z.looseObject({
      event: z.literal('scale_to_zero'),
      trigger: z.string(),
      verdict: z.string(),
      ended: z.array(z.string()),
      kept: z.array(z.object({ id: z.string(), why: z.string() })),
    })
    return (answer.events ?? []).flatMap(({ message = '' }) => {
      const at = message.indexOf('{')
      if (at < 0) return []
      try {
        const line = Line.safeParse(JSON.parse(message.slice(at)))
        return line.success ? [line.data] : []
      } catch {
        return []
      }
    })
  }

  it('wakes a fleet whose scaler cannot launch: metric math, three periods, a step of one', async () => {
    metrics = { QueueDepth: 3, ScalerHeartbeat: 0, BacklogPerInstance: 3 }
    publish()
    await control(emulator, 'clock', { speed })
    await expect.poll(async () => (await view()).machines.length, soon).toBeGreaterThan(0)

    const events = z
      .object({ events: z.array(z.looseObject({ kind: z.string() })) })
      .parse(await control(emulator, 'events'))
    const launched = events.events.find(one => one.kind === 'instance.launched')
    expect(launched).toMatchObject({
      group,
      image: ami,
      type: 'g6.xlarge',
      market: 'spot',
      tags: { Project: 'bp', FleetStage: stage, FleetSlug: slug },
    })
  })

  it('keeps the machine that is busy, whatever the empty queue says', async () => {
    const { machines } = await view()
    backend.machines = {
      ...backend.machines,
      leases: 1,
      workers: machines.map(instance => ({ instance, state: 'ready', leases: 1 })),
    }
    metrics = { QueueDepth: 0, ScalerHeartbeat: 0, BacklogPerInstance: 0 }
    await expect.poll(() => alarm('queue-empty'), soon).toBe('ALARM')
    await expect
      .poll(async () => (await decisions()).filter(one => one.trigger === 'queue_empty'), soon)
      .toContainEqual(
        expect.objectContaining({
          ended: [],
          kept: machines.map(id => ({ id, why: expect.any(String) })),
        }),
      )
    expect((await view()).machines).toEqual(machines)
    expect(backend.drained).toEqual([])
  })

  it('ends it when it is idle, and the group wants none in its place', async () => {
    const { machines } = await view()
    backend.machines = {
      ...backend.machines,
      leases: 0,
      workers: machines.map(instance => ({ instance, state: 'ready', leases: 0 })),
    }
    // The topic spoke once; what comes again is the rule, every five minutes, with an event like this.
    const answer = join(folder, 'answer.json')
    const lambda = { 'function-name': names.scaleToZero.function, payload: '{}' }
    await aws(emulator, 'lambda invoke', lambda, answer)
    expect(JSON.parse(await readFile(answer, 'utf8'))).toContainEqual(
      expect.objectContaining({ trigger: 'queue_empty', ended: machines }),
    )
    await expect.poll(view, soon).toEqual({ desired: 0, machines: [] })
    expect(backend.drained.toSorted()).toEqual(machines.toSorted())
  })
})
