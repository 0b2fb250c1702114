import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling'
import { CloudFormationClient, paginateDescribeStacks } from '@aws-sdk/client-cloudformation'
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { names } from '@bp/contracts/names'
import { DesiredConfig } from '@bp/contracts/shapes/desired-config'
import { baseImageParameter } from './ami-pointer.ts'
import { applyFleetConfig } from './apply-fleet-config.ts'
import type { Assembly } from './cdk.ts'
import { destroyFleet } from './destroy-fleet.ts'
import { openFleetAssembly } from './fleet-config-file.ts'
import type { FleetRef } from './fleet-ref.ts'
import { findParameter, writeParameter } from './parameter.ts'
import { provisionFleet } from './provision-fleet.ts'
import { makeCore } from './testing/core.ts'
import { openEmulated, type Emulated } from './testing/emulated.ts'
import { goodMachines, machineClouds, type Machines } from './testing/machine-clouds.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const cdk = fileURLToPath(import.meta.resolve('aws-cdk/bin/cdk'))
const fleet: FleetRef = { stage: 'staging', slug: 'portraits' }
const zones = ['us-east-1b', 'us-east-1c']
const document = {
  ...fleet,
  template: 'gpu-24gb',
  instance_types: ['g6.xlarge'],
  max: 2,
  on_demand_max: 0,
}
const own = 'ami-0fedcba9876543210'

let emulated: Emulated
let opened: Assembly | undefined
const said: string[] = []
const say = (sentence: string) => void said.push(sentence)

beforeAll(async () => {
  emulated = await openEmulated()
  const { env } = emulated.emulator
  const bootstrapped = spawnSync(process.execPath, [cdk, 'bootstrap', '--no-notices'], {
    cwd: root,
    env: { ...env, BP_INFRA_CONFIG: configFile() },
    encoding: 'utf8',
  })
  if (bootstrapped.status !== 0) throw new Error(bootstrapped.stderr)
}, 180_000)
afterAll(async () => {
  await opened?.[Symbol.asyncDispose]()
  await emulated[Symbol.asyncDispose]()
})

function configFile(): string {
  const file = join(emulated.folder, 'config.json')
  const { account, region } = emulated.emulator
  const config = { account, region, alert_email: 'ops@example.com', budget_usd_month: 100 }
  writeFileSync(file, JSON.stringify(config))
  return file
}

function clouds(machines: Machines = goodMachines) {
  const { settings, emulator } = emulated
  const env = { ...emulator.env, BP_INFRA_CONFIG: configFile() }
  return {
    ...machineClouds(machines),
    autoscaling: new AutoScalingClient(settings),
    cloudformation: new CloudFormationClient(settings),
    cloudwatch: new CloudWatchClient(settings),
    logs: new CloudWatchLogsClient(settings),
    ssm: new SSMClient(settings),
    assemble: () => shared(env),
  }
}

/** One synth serves all tests: the fleet's document is the same in each. */
async function shared(env: Readonly<Record<string, string>>): Promise<Assembly> {
  opened ??= await openFleetAssembly(
    env,
    piece => void said.push(piece),
  )(DesiredConfig.parse(document))
  return { ...opened, [Symbol.asyncDispose]: async () => undefined }
}

async function madeOfFleets() {
  const { cloudformation, logs, ssm } = clouds()
  const stacks: string[] = []
  for await (const { Stacks = [] } of paginateDescribeStacks({ client: cloudformation }, {}))
    stacks.push(
      ...Stacks.flatMap(({ StackName = '' }) =>
        StackName.startsWith('bp-gpu-fleet') ? StackName : [],
      ),
    )
  const groups = await logs.send(
    new DescribeLogGroupsCommand({ logGroupNamePrefix: '/gpu-workers/' }),
  )
  return {
    stacks,
    logGroups: groups.logGroups?.map(({ logGroupName, retentionInDays }) => ({
      logGroupName,
      retentionInDays,
    })),
    pointer: await findParameter(ssm, names.parameters.ami(fleet.stage, fleet.slug)),
  }
}
const nothing = { stacks: [], logGroups: [], pointer: undefined }

async function sizeOf() {
  const { autoscaling } = clouds()
  const { AutoScalingGroups = [] } = await autoscaling.send(
    new DescribeAutoScalingGroupsCommand({}),
  )
  return AutoScalingGroups.map(({ AutoScalingGroupName, MinSize, MaxSize }) => ({
    AutoScalingGroupName,
    MinSize,
    MaxSize,
  }))
}

describe('a fleet on the emulator', () => {
  it('without a row is refused, and nothing is made', async () => {
    const asked = provisionFleet(clouds(), fleet, zones, say)
    await expect(asked).rejects.toMatchObject({ code: 'fleet_without_row' })
    expect(await madeOfFleets()).toEqual(nothing)
  })

  it('whose document is of another fleet is refused, and nothing is made', async () => {
    const { ssm } = clouds()
    const name = names.parameters.desiredConfig(fleet.stage, fleet.slug)
    await writeParameter(ssm, name, JSON.stringify({ ...document, slug: 'other' }))
    const asked = provisionFleet(clouds(), fleet, zones, say)
    await expect(asked).rejects.toMatchObject({ code: 'bad_desired_config' })
    await writeParameter(ssm, name, JSON.stringify(document))
    expect(await madeOfFleets()).toEqual(nothing)
  })

  it('without core stacks is refused by the first that is missing, and nothing is made', async () => {
    const { cloudformation } = clouds()
    await makeCore(cloudformation, [names.stacks.cicd, names.stacks.network])
    const asked = provisionFleet(clouds(), fleet, zones, say)
    await expect(asked).rejects.toMatchObject({
      code: 'no_core_stack',
      remedy: `npx cdk deploy ${names.stacks.data} --exclusively`,
    })
    expect(await madeOfFleets()).toEqual(nothing)
    await makeCore(cloudformation, [
      names.stacks.data,
      names.stacks.compute,
      names.stacks.monitoring,
      names.stacks.gpuShared,
    ])
  })

  it('with too small a quota is refused with the request that raises it, and nothing is made', async () => {
    const asked = provisionFleet(clouds({ ...goodMachines, vcpus: 4 }), fleet, zones, say)
    await expect(asked).rejects.toMatchObject({
      code: 'quota_too_small',
      remedy: expect.stringContaining('--quota-code L-3819A6DF --desired-value 8'),
    })
    expect(await madeOfFleets()).toEqual(nothing)
  })

  it('is provisioned: pointer to the public image, log group, its stack alone, no machine allowed', async () => {
    const base = await findParameter(clouds().ssm, baseImageParameter)
    const images = [{ ImageId: base }]
    const made = await provisionFleet(clouds({ ...goodMachines, images }), fleet, zones, say)
    expect(made).toEqual({
      stack: 'bp-gpu-fleet-staging-portraits',
      image: 'none',
      imageId: base,
    })
    expect(await madeOfFleets()).toEqual({
      stacks: ['bp-gpu-fleet-staging-portraits'],
      logGroups: [{ logGroupName: '/gpu-workers/portraits', retentionInDays: 30 }],
      pointer: base,
    })
    expect(await sizeOf()).toEqual([
      { AutoScalingGroupName: 'asg-staging-portraits', MinSize: 0, MaxSize: 0 },
    ])
  }, 120_000)

  it('is told what an apply would change, and nothing changes without consent', async () => {
    const { ssm } = clouds()
    await writeParameter(ssm, names.parameters.ami(fleet.stage, fleet.slug), own)
    const images = [
      {
        ImageId: own,
        Tags: [
          { Key: 'Project', Value: 'bp' },
          { Key: 'SelfTest', Value: 'ok' },
        ],
      },
    ]
    const told: string[] = []
    const applied = await applyFleetConfig(
      clouds({ ...goodMachines, images }),
      fleet,
      { zones, hasConsent: false },
      say,
      text => void told.push(text),
    )
    expect(applied).toMatchObject({ image: 'bp', isApplied: false })
    expect(told.join('\n')).toContain('There were no differences')
    expect(await sizeOf()).toMatchObject([{ MaxSize: 0 }])

    await applyFleetConfig(
      clouds({ ...goodMachines, images }),
      fleet,
      { zones, hasConsent: true },
      say,
      () => undefined,
    )
    expect(await sizeOf()).toEqual([
      { AutoScalingGroupName: 'asg-staging-portraits', MinSize: 0, MaxSize: 3 },
    ])
  }, 120_000)

  it('with a pointer to something that is no image is refused', async () => {
    const asked = applyFleetConfig(
      clouds(),
      fleet,
      { zones, hasConsent: true },
      say,
      () => undefined,
    )
    await expect(asked).rejects.toMatchObject({ code: 'pointer_is_no_image' })
  })

  it('is not removed while work waits', async () => {
    const { cloudwatch, ...rest } = clouds()
    await cloudwatch.send(
      new PutMetricDataCommand({
        Namespace: names.metricNamespace,
        MetricData: [
          {
            MetricName: 'QueueDepth',
            Value: 3,
            Timestamp: new Date(),
            Dimensions: [
              { Name: 'FleetSlug', Value: fleet.slug },
              { Name: 'Stage', Value: fleet.stage },
            ],
          },
        ],
      }),
    )
    const asked = destroyFleet({ ...rest, cloudwatch }, fleet, say)
    await expect(asked).rejects.toMatchObject({ code: 'fleet_is_busy' })
    expect((await madeOfFleets()).stacks).toHaveLength(1)
  })

  it('is removed when nothing waits; what brings it back stays', async () => {
    const { cloudwatch, ...rest } = clouds()
    const quiet: CloudWatchClient = new CloudWatchClient({
      ...emulated.settings,
      region: 'eu-west-1',
    })
    const asked = { ...rest, cloudwatch: quiet }
    expect(await destroyFleet(asked, fleet, say)).toBe(true)
    expect(await madeOfFleets()).toMatchObject({
      stacks: [],
      logGroups: [{ logGroupName: '/gpu-workers/portraits' }],
      pointer: own,
    })
    expect(await destroyFleet(asked, fleet, say)).toBe(false)
    cloudwatch.destroy()
  }, 120_000)
})
