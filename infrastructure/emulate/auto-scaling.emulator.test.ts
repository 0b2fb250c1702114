/** What the launcher adds to Auto Scaling, ECS and EC2, by the calls that bp makes. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  AutoScalingClient,
  CompleteLifecycleActionCommand,
  DescribeAutoScalingGroupsCommand,
  DescribeScalingActivitiesCommand,
  LaunchInstancesCommand,
  PutLifecycleHookCommand,
  ResumeProcessesCommand,
  SetDesiredCapacityCommand,
  SuspendProcessesCommand,
  TerminateInstanceInAutoScalingGroupCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import {
  CreateImageCommand,
  DescribeInstancesCommand,
  EC2Client,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import {
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  RunTaskCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { names } from '@bp/contracts/names'
import { startEmulator, type Emulator } from './start-emulator.ts'
import { control } from './testing/control.ts'
import { aws, Installation } from './testing/installation.ts'

const stage = 'production'
const slug = 'portraits'
const group = names.autoScalingGroup(stage, slug)
const onDemandGroup = names.onDemandGroup(stage, slug)
const ami = 'ami-0123456789abcdef0'
const soon = { timeout: 30_000, interval: 100 }

describe('the emulator', () => {
  let folder: string
  let emulator: Emulator
  let autoScaling: AutoScalingClient
  let ec2: EC2Client
  let ecs: ECSClient

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bp-auto-scaling-'))
    emulator = await startEmulator({ folder: join(folder, 'emulator') })
    const { endpoint, region } = emulator
    const access = {
      endpoint,
      region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    }
    autoScaling = new AutoScalingClient(access)
    ec2 = new EC2Client(access)
    ecs = new ECSClient(access)
    const installation = await Installation.synthesize(emulator, join(folder, 'app'))
    await installation.deployAll()
    await installation.deploy(names.stacks.gpuFleet(stage, slug), '--parameters', 'Image=bp')
  }, 300_000)
  afterAll(async () => {
    for (const client of [autoScaling, ec2, ecs]) client.destroy()
    await emulator[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  const desire = (count: number) =>
    autoScaling.send(
      new SetDesiredCapacityCommand({ AutoScalingGroupName: group, DesiredCapacity: count }),
    )
  const end = (id: string, isDecremented: boolean) =>
    autoScaling.send(
      new TerminateInstanceInAutoScalingGroupCommand({
        InstanceId: id,
        ShouldDecrementDesiredCapacity: isDecremented,
      }),
    )
  async function view() {
    const { AutoScalingGroups: groups } = await autoScaling.send(
      new DescribeAutoScalingGroupsCommand({
        Filters: [{ Name: 'tag:FleetStage', Values: [stage] }],
      }),
    )
    const found = groups?.find(one => one.AutoScalingGroupName === group)
    if (found === undefined) throw new Error(`no ${group}`)
    return found
  }
  const ids = async () => ((await view()).Instances ?? []).map(one => one.InstanceId ?? '')

  describe('Auto Scaling', () => {
    /** Every machine gone, all switches as the template has them. */
    beforeEach(async () => {
      await autoScaling.send(new ResumeProcessesCommand({ AutoScalingGroupName: group }))
      for (const id of await ids()) await end(id, true)
      await control(emulator, 'scenario', { without_capacity: [] })
    })

    it('says in its log that nothing can be launched while the pointer to the AMI is missing', async () => {
      await desire(1)
      const { Activities: log = [] } = await autoScaling.send(
        new DescribeScalingActivitiesCommand({ AutoScalingGroupName: group }),
      )
      expect(log[0]).toMatchObject({ StatusCode: 'Failed' })
      expect(log[0]?.StatusMessage).toContain(names.parameters.ami(stage, slug))
      await desire(0)
      const name = names.parameters.ami(stage, slug)
      await aws(emulator, 'ssm put-parameter', { name, type: 'String', value: ami })
    })

    it('launches machines of the first type with the tags of the fleet, spread over zones', async () => {
      await desire(2)
      const { Reservations: reservations = [] } = await ec2.send(
        new DescribeInstancesCommand({ InstanceIds: await ids() }),
      )
      const machines = reservations.flatMap(one => one.Instances ?? [])
      expect(machines).toHaveLength(2)
      for (const machine of machines) {
        expect(machine).toMatchObject({ ImageId: ami, InstanceType: 'g6.xlarge' })
        expect(machine.Tags).toContainEqual({ Key: 'FleetSlug', Value: slug })
        expect(machine.Tags).toContainEqual({ Key: 'aws:autoscaling:groupName', Value: group })
        expect(machine.IamInstanceProfile?.Arn).toContain(':instance-profile/')
      }
      expect(new Set(machines.map(one => one.Placement?.AvailabilityZone)).size).toBe(2)
    })

    it('keeps protected machines when it should shrink, and ends none of them by itself', async () => {
      await desire(2)
      const machines = await ids()
      await desire(0)
      expect(await ids()).toEqual(machines)
      await desire(2)
    })

    it('ends a machine with the desired capacity, unless that would go below the minimum', async () => {
      await desire(2)
      const [first = '', second = ''] = await ids()
      await end(first, true)
      expect(await view()).toMatchObject({ DesiredCapacity: 1 })
      await autoScaling.send(
        new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: group, MinSize: 1 }),
      )
      await expect(end(second, true)).rejects.toThrow(/min size constraint/)
      await autoScaling.send(
        new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: group, MinSize: 0 }),
      )
      await end(second, false)
      expect(await ids()).toHaveLength(1)
      expect(await ids()).not.toContain(second)
    })

    it('replaces a machine that ended by itself', async () => {
      await desire(1)
      const [lost = ''] = await ids()
      await ec2.send(new TerminateInstancesCommand({ InstanceIds: [lost] }))
      expect(await ids()).toHaveLength(1)
      expect(await ids()).not.toContain(lost)
    })

    it('has no desired capacity from its template, and room for the surge', async () => {
      expect(await view()).toMatchObject({ DesiredCapacity: 0, MinSize: 0, MaxSize: 5 })
    })

    it('launches nothing while Launch is suspended', async () => {
      await autoScaling.send(
        new SuspendProcessesCommand({
          AutoScalingGroupName: group,
          ScalingProcesses: ['Launch', 'AZRebalance'],
        }),
      )
      await desire(1)
      expect(await ids()).toEqual([])
      const suspended = (await view()).SuspendedProcesses?.map(one => one.ProcessName)
      expect(suspended).toEqual(['AZRebalance', 'Launch'])
      await desire(0)
    })

    it('answers LaunchInstances with ids, or with the error of the pool', async () => {
      const launch = (name: string, zone?: string) =>
        autoScaling.send(
          new LaunchInstancesCommand({
            AutoScalingGroupName: name,
            ClientToken: 'token',
            RequestedCapacity: 1,
            ...(zone !== undefined && { AvailabilityZones: [zone] }),
          }),
        )
      const zone = (await view()).AvailabilityZones?.[0] ?? ''
      const done = await launch(group, zone)
      expect(done.Instances).toEqual([
        expect.objectContaining({ InstanceIds: await ids(), MarketType: 'spot' }),
      ])
      expect(await view()).toMatchObject({ DesiredCapacity: 1 })

      const pools = ['g6.xlarge', 'g5.xlarge'].flatMap(type =>
        ['a', 'b', 'c'].map(letter => `${type}/us-east-1${letter}`),
      )
      await control(emulator, 'scenario', { without_capacity: pools })
      const none = await launch(onDemandGroup)
      expect(none.Instances ?? []).toEqual([])
      expect(none.Errors).toEqual([
        expect.objectContaining({
          ErrorCode: 'InsufficientInstanceCapacity',
          MarketType: 'on-demand',
        }),
      ])
    })

    it('lets a machine wait for its hook', async () => {
      await autoScaling.send(
        new PutLifecycleHookCommand({
          AutoScalingGroupName: group,
          LifecycleHookName: 'drain',
          LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
        }),
      )
      await desire(1)
      const [id = ''] = await ids()
      await end(id, true)
      expect((await view()).Instances?.[0]?.LifecycleState).toBe('Terminating:Wait')
      await autoScaling.send(
        new CompleteLifecycleActionCommand({
          AutoScalingGroupName: group,
          LifecycleHookName: 'drain',
          InstanceId: id,
          LifecycleActionResult: 'CONTINUE',
        }),
      )
      expect(await ids()).toEqual([])
    })
  })

  describe('ECS', () => {
    const cluster = names.cluster
    const repository = names.repositories.backend
    const service = names.services.backend
    const family = names.services.backend
    const Events = z.object({
      events: z.array(z.looseObject({ n: z.int(), kind: z.string(), arn: z.string().optional() })),
    })

    async function serviceView() {
      const { services } = await ecs.send(
        new DescribeServicesCommand({ cluster, services: [service] }),
      )
      const [found] = services ?? []
      if (found === undefined) throw new Error(`no ${service}`)
      return found
    }
    async function definition(image: string) {
      const { taskDefinition: old } = await ecs.send(
        new DescribeTaskDefinitionCommand({ taskDefinition: family }),
      )
      const [container] = old?.containerDefinitions ?? []
      const answer = await ecs.send(
        new RegisterTaskDefinitionCommand({
          family,
          containerDefinitions: [{ ...container, image }],
          networkMode: old?.networkMode,
          requiresCompatibilities: old?.requiresCompatibilities,
          cpu: old?.cpu,
          memory: old?.memory,
          taskRoleArn: old?.taskRoleArn,
          executionRoleArn: old?.executionRoleArn,
          runtimePlatform: old?.runtimePlatform,
        }),
      )
      return answer.taskDefinition?.taskDefinitionArn
    }
    const imageOf = (tag: string) =>
      `${emulator.account}.dkr.ecr.${emulator.region}.amazonaws.com/${repository}:${tag}`

    it('keeps the secrets and the platform of a template', async () => {
      const { taskDefinition: found } = await ecs.send(
        new DescribeTaskDefinitionCommand({ taskDefinition: family }),
      )
      expect(found?.runtimePlatform?.cpuArchitecture).toBe('ARM64')
      expect(found?.containerDefinitions?.[0]?.secrets?.map(one => one.name)).toContain(
        'BP_APP_KEY',
      )
    })

    it('rolls back a deployment whose image is not there, and says why', async () => {
      await aws(emulator, 'ecr put-image', {
        'repository-name': repository,
        'image-tag': 'good',
        'image-manifest': '{"schemaVersion":2}',
      })
      const good = await definition(imageOf('good'))
      await ecs.send(
        new UpdateServiceCommand({ cluster, service, taskDefinition: good, desiredCount: 1 }),
      )
      await expect.poll(serviceView, soon).toMatchObject({ runningCount: 1 })

      const bad = await definition(imageOf('never-pushed'))
      await ecs.send(new UpdateServiceCommand({ cluster, service, taskDefinition: bad }))
      await expect
        .poll(async () => (await serviceView()).events?.map(one => one.message), soon)
        .toContainEqual(expect.stringContaining('CannotPullContainerError'))
      await expect
        .poll(serviceView, soon)
        .toMatchObject({ taskDefinition: good, runningCount: 1, desiredCount: 1 })
    })

    it('gives a task to a player, who says how its process ended', async () => {
      await control(emulator, 'tasks', { played: true })
      const { tasks: started } = await ecs.send(
        new RunTaskCommand({
          cluster,
          taskDefinition: await definition(imageOf('good')),
          overrides: { containerOverrides: [{ name: 'backend', command: ['migrate'] }] },
        }),
      )
      const arn = started?.[0]?.taskArn ?? ''
      const { events } = Events.parse(await control(emulator, 'events?after=0&wait=10'))
      expect(events.find(one => one.kind === 'task.run' && one.arn === arn)).toMatchObject({
        command: ['migrate'],
        environment: { BP_PORT: '8080' },
        secrets: { BP_APP_KEY: expect.any(String) },
      })

      await control(emulator, `task/${encodeURIComponent(arn)}/running`, {})
      await control(emulator, `task/${encodeURIComponent(arn)}/exited`, { code: 3 })
      const { tasks: ended } = await ecs.send(new DescribeTasksCommand({ cluster, tasks: [arn] }))
      expect(ended?.[0]).toMatchObject({ lastStatus: 'STOPPED', containers: [{ exitCode: 3 }] })
      await control(emulator, 'tasks', { played: false })
    })
  })

  it('answers CreateImage, quotas and Spot prices', async () => {
    await desire(1)
    const [id = ''] = await ids()
    const made = await ec2.send(new CreateImageCommand({ InstanceId: id, Name: 'bp-test' }))
    expect(made.ImageId).toMatch(/^ami-/)
    expect(
      await aws(emulator, 'service-quotas get-service-quota', {
        'service-code': 'ec2',
        'quota-code': 'L-3819A6DF',
        query: 'Quota.Value',
      }),
    ).toBe(64)
    expect(
      await aws(emulator, 'ec2 describe-spot-price-history', {
        'instance-types': 'g6.xlarge',
        'availability-zone': 'us-east-1b',
        query: 'SpotPriceHistory[].SpotPrice',
      }),
    ).toEqual(['0.350000'])
  })
})
