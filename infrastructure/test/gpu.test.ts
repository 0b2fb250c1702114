/** Fleets and the fallback under them, by what their templates do. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { App } from 'aws-cdk-lib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { names } from '@bp/contracts/names'
import { addChecks } from '../lib/checks.ts'
import { readConfig } from '../lib/config/config.ts'
import { GpuFleet } from '../lib/stacks/gpu-fleet.ts'
import { GpuShared } from '../lib/stacks/gpu-shared.ts'
import { root } from './installations.ts'

const Template = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), Properties: z.record(z.string(), z.any()).default({}) }),
  ),
  Parameters: z.record(z.string(), z.looseObject({ Default: z.string().optional() })).default({}),
})
type Template = z.infer<typeof Template>

interface Synthesized {
  readonly shared: Template
  readonly fleets: readonly Template[]
  readonly folder: string
}

const common = { account: '111122223333', alert_email: 'ops@example.com', budget_usd_month: 400 }
const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

/** The GPU stacks alone, with every check of the app. */
function synthesize(fleets: readonly Record<string, unknown>[]): Synthesized {
  const folder = mkdtempSync(join(tmpdir(), 'bp-gpu-'))
  folders.push(folder)
  const config = readConfig({ ...common, fleets })
  const { context } = z
    .object({ context: z.record(z.string(), z.unknown()) })
    .parse(JSON.parse(readFileSync(join(root, 'cdk.json'), 'utf8')))
  const app = new App({ context, outdir: folder })
  addChecks(app)
  const stacks = [
    new GpuShared(app, config),
    ...config.fleets.map(fleet => new GpuFleet(app, config, fleet)),
  ]
  const assembly = app.synth()
  expect(assembly.manifest.missing ?? []).toEqual([])
  const [shared, ...rest] = stacks.map(stack =>
    Template.parse(assembly.getStackByName(stack.stackName).template),
  )
  if (shared === undefined) throw new Error('no stack')
  return { shared, fleets: rest, folder }
}

const all = (template: Template, type: string) =>
  Object.values(template.Resources)
    .filter(resource => resource.Type === type)
    .map(resource => resource.Properties)
const only = (template: Template, type: string) => {
  const [found, ...more] = all(template, type)
  if (found === undefined || more.length > 0) throw new Error(`${type}: not exactly one`)
  return found
}
const tagsOf = (properties: Record<string, unknown>): Record<string, string> =>
  Object.fromEntries(
    z
      .array(z.object({ Key: z.string(), Value: z.string() }))
      .parse(properties['Tags'])
      .map(tag => [tag.Key, tag.Value]),
  )
const Statement = z.looseObject({
  Action: z.union([z.string(), z.array(z.string())]),
  Resource: z.unknown(),
  Condition: z.unknown().optional(),
})
const statements = (template: Template) =>
  all(template, 'AWS::IAM::Policy').flatMap(policy =>
    z.array(Statement).parse(policy['PolicyDocument'].Statement),
  )
const actions = (template: Template) => statements(template).flatMap(one => one.Action)

describe('a fleet', () => {
  let fleet: Template
  let bare: Template
  let closed: Template
  beforeAll(() => {
    const types = ['g6.xlarge', 'g5.xlarge']
    const { fleets } = synthesize([
      { stage: 'production', slug: 'wan', instance_types: types, min: 1, max: 5 },
      { stage: 'staging', slug: 'wan', instance_types: types, max: 1, on_demand_max: 0 },
      { stage: 'production', slug: 'off', instance_types: types, max: 0 },
    ])
    const [one, two, three] = fleets
    if (one === undefined || two === undefined || three === undefined) throw new Error('no stacks')
    fleet = one
    bare = two
    closed = three
  })
  const groupOf = (template: Template, name: string) => {
    const found = all(template, 'AWS::AutoScaling::AutoScalingGroup').find(
      group => group['AutoScalingGroupName'] === name,
    )
    if (found === undefined) throw new Error(`no ${name}`)
    return found
  }
  const alarm = (what: string) => {
    const found = all(fleet, 'AWS::CloudWatch::Alarm').find(
      one => one['AlarmName'] === names.alarms.fleet('net', what, 'production', 'wan'),
    )
    if (found === undefined) throw new Error(`no alarm ${what}`)
    return found
  }
  const expressionOf = (properties: Record<string, unknown>) =>
    z
      .array(z.looseObject({ Expression: z.string().optional() }))
      .parse(properties['Metrics'])
      .flatMap(metric => metric.Expression ?? [])

  it('has machines whose credentials are one hop away and whose disk is encrypted', () => {
    const data = only(fleet, 'AWS::EC2::LaunchTemplate')['LaunchTemplateData']
    expect(only(fleet, 'AWS::EC2::LaunchTemplate')['LaunchTemplateName']).toBe('lt-production-wan')
    expect(data.MetadataOptions).toMatchObject({
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
    })
    expect(data.BlockDeviceMappings).toHaveLength(1)
    expect(data.BlockDeviceMappings[0].Ebs).toMatchObject({
      Encrypted: true,
      VolumeType: 'gp3',
      DeleteOnTermination: true,
    })
    expect(data.ImageId).toBe('resolve:ssm:/bp/ami/fleets/production/wan')
    expect(data.InstanceInitiatedShutdownBehavior).toBe('terminate')
    expect(data.NetworkInterfaces).toBeUndefined()
    expect(data.KeyName).toBeUndefined()
  })

  it('tells a machine its stage, its slug and where the API is, and no secret', () => {
    const data = only(fleet, 'AWS::EC2::LaunchTemplate')['LaunchTemplateData']
    const script = data.UserData['Fn::Base64']['Fn::Join'][1]
    const lines = script.filter((part: unknown) => typeof part === 'string').join('@')
    expect(lines.match(/BP_\w+=[^\n]*/g)).toEqual([
      'BP_WORKER_STAGE=production',
      'BP_WORKER_FLEET=wan',
      'BP_WORKER_URL=@',
    ])
    const refs = script.filter((part: unknown) => typeof part !== 'string')
    expect(refs).toHaveLength(1)
    expect(fleet.Parameters[refs[0].Ref]?.Default).toBe('/bp/compute/api-url')
  })

  it('starts at zero, may pass its maximum by the surge, and no deploy resets what runs', () => {
    const spot = groupOf(fleet, 'asg-production-wan')
    expect(spot['MinSize']).toBe('0')
    expect(spot['MaxSize']).toEqual({ 'Fn::If': ['HasImage', '7', '0'] })
    expect(groupOf(bare, 'asg-staging-wan')['MaxSize']['Fn::If'][1]).toBe('2')
    expect(groupOf(closed, 'asg-production-off')['MaxSize']['Fn::If'][1]).toBe('0')
    expect(fleet.Parameters['Image']?.Default).toBe('none')
    for (const template of [fleet, bare, closed])
      for (const group of all(template, 'AWS::AutoScaling::AutoScalingGroup'))
        expect(Object.keys(group)).not.toContain('DesiredCapacity')
    expect(JSON.stringify(fleet)).not.toContain('UpdatePolicy')
  })

  it('protects new machines, mixes types, and takes Spot by price and capacity', () => {
    const spot = groupOf(fleet, 'asg-production-wan')
    expect(spot).toMatchObject({
      NewInstancesProtectedFromScaleIn: true,
      CapacityRebalance: false,
      MixedInstancesPolicy: {
        InstancesDistribution: {
          OnDemandBaseCapacity: 0,
          OnDemandPercentageAboveBaseCapacity: 0,
          SpotAllocationStrategy: 'price-capacity-optimized',
        },
        LaunchTemplate: {
          Overrides: [{ InstanceType: 'g6.xlarge' }, { InstanceType: 'g5.xlarge' }],
        },
      },
    })
    expect(spot['VPCZoneIdentifier']).toHaveLength(2)
    expect(spot['MetricsCollection'][0].Metrics).toEqual(
      expect.arrayContaining(['GroupMaxSize', 'GroupInServiceInstances', 'GroupPendingInstances']),
    )
  })

  it('has an on-demand sibling exactly where one is wanted', () => {
    const sibling = groupOf(fleet, 'asg-production-wan-od')
    expect(sibling['MaxSize']['Fn::If'][1]).toBe('1')
    expect(
      sibling['MixedInstancesPolicy'].InstancesDistribution.OnDemandPercentageAboveBaseCapacity,
    ).toBe(100)
    expect(all(bare, 'AWS::AutoScaling::AutoScalingGroup')).toHaveLength(1)
  })

  it('marks groups and alarms by tags, which is what the fallback believes', () => {
    const wanted = { Project: 'bp', FleetStage: 'production', FleetSlug: 'wan' }
    for (const group of all(fleet, 'AWS::AutoScaling::AutoScalingGroup'))
      expect(tagsOf(group)).toMatchObject(wanted)
    expect(tagsOf(alarm('queue-empty'))).toMatchObject({ ...wanted, ScaleToZero: 'queue_empty' })
    expect(tagsOf(alarm('silent'))).toMatchObject({ ...wanted, ScaleToZero: 'silent' })
    const volume = only(fleet, 'AWS::EC2::LaunchTemplate')['LaunchTemplateData']
    expect(volume.TagSpecifications[0].Tags).toContainEqual({ Key: 'Project', Value: 'bp' })
  })

  it('gives its machines their stage’s secret, models to read and their own log, and nothing else', () => {
    expect(new Set(actions(fleet))).toEqual(
      new Set([
        'ssm:GetParameter',
        's3:ListBucket',
        's3:GetObject',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
      ]),
    )
    const text = JSON.stringify(statements(fleet))
    expect(text).toContain('parameter/bp/fleets/production/fleet-secret')
    expect(text).toContain('log-group:/gpu-workers/wan:log-stream:production/*')
    expect(text).not.toContain('staging')
    expect(statements(fleet).map(one => one.Resource)).not.toContain('*')
  })

  it('has a net that only ever adds machines, and to the Spot group alone', () => {
    const policies = all(fleet, 'AWS::AutoScaling::ScalingPolicy')
    expect(policies).toHaveLength(2)
    for (const policy of policies) {
      expect(policy).toMatchObject({
        PolicyType: 'StepScaling',
        AdjustmentType: 'ChangeInCapacity',
        AutoScalingGroupName: { Ref: 'Spot' },
      })
      for (const step of policy['StepAdjustments'])
        expect(step.ScalingAdjustment).toBeGreaterThan(0)
    }
    expect(policies.flatMap(policy => policy['StepAdjustments'])).toEqual(
      expect.arrayContaining([
        { MetricIntervalLowerBound: 0, ScalingAdjustment: 1 },
        { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 6, ScalingAdjustment: 1 },
        { MetricIntervalLowerBound: 6, ScalingAdjustment: 2 },
      ]),
    )
  })

  it.each([
    ['wake', 'IF(q > 0 AND hb < 1 AND running + pend < 1, 1, 0)', 0, 3, 'notBreaching'],
    ['backlog', 'IF(hb < 1 AND running > 0, b, 0)', 2, 3, 'notBreaching'],
    ['queue-empty', 'IF(q < 1 AND running + pend > 0, 1, 0)', 0, 8, 'ignore'],
  ])('has the alarm %s', (what, expression, above, points, missing) => {
    expect(expressionOf(alarm(what))).toEqual([expression])
    expect(alarm(what)).toMatchObject({
      ComparisonOperator: 'GreaterThanThreshold',
      Threshold: above,
      EvaluationPeriods: points,
      DatapointsToAlarm: points,
      TreatMissingData: missing,
    })
  })

  it('calls a scaler silent after twenty minutes, also when nobody publishes anything', () => {
    expect(alarm('silent')).toMatchObject({
      ComparisonOperator: 'LessThanThreshold',
      Threshold: 1,
      EvaluationPeriods: 20,
      DatapointsToAlarm: 20,
      TreatMissingData: 'breaching',
    })
  })

  it('lets an alarm either add machines or ask for the way down, never both', () => {
    const targets = (what: string) => JSON.stringify(alarm(what)['AlarmActions'])
    const policies = Object.entries(fleet.Resources)
      .filter(([, one]) => one.Type === 'AWS::AutoScaling::ScalingPolicy')
      .map(([id]) => id)
    for (const what of ['wake', 'backlog'])
      expect(policies.some(id => targets(what).includes(id))).toBe(true)
    for (const what of ['queue-empty', 'silent']) {
      expect(alarm(what)['AlarmActions']).toHaveLength(1)
      expect(targets(what)).toContain('scaletozerotopic')
    }
  })

  it('tells people with every alarm what they see and where to read on', () => {
    const alarms = all(fleet, 'AWS::CloudWatch::Alarm')
    for (const one of alarms)
      expect(one['AlarmDescription']).toMatch(
        /\. Dashboard: https:\S+\/bp Runbook: docs\/runbooks\/fleets\.md#[a-z-]+$/,
      )
    const silent = alarms.filter(one => one['OKActions'] === undefined)
    expect(silent.map(one => one['AlarmName'])).toEqual(
      ['wake', 'backlog', 'queue-empty', 'silent'].map(what => `bp-net-${what}-production-wan`),
    )
  })
})

describe('the fallback', () => {
  let made: Synthesized
  beforeAll(() => {
    made = synthesize([])
  })

  it('may look, listen, tell and end machines of bp, and can launch nothing and write no size', () => {
    expect(new Set(actions(made.shared))).toEqual(
      new Set([
        'autoscaling:DescribeAutoScalingGroups',
        'autoscaling:DescribeScalingActivities',
        'autoscaling:TerminateInstanceInAutoScalingGroup',
        'cloudwatch:DescribeAlarms',
        'cloudwatch:GetMetricData',
        'cloudwatch:ListTagsForResource',
        'cloudwatch:PutMetricData',
        'logs:FilterLogEvents',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        'ssm:GetParameter',
        'sqs:SendMessage',
      ]),
    )
    const ends = statements(made.shared).find(
      one => one.Action === 'autoscaling:TerminateInstanceInAutoScalingGroup',
    )
    expect(ends?.Condition).toEqual({ StringEquals: { 'autoscaling:ResourceTag/Project': 'bp' } })
    const tells = statements(made.shared).find(one => one.Action === 'cloudwatch:PutMetricData')
    expect(tells?.Condition).toEqual({
      StringEquals: { 'cloudwatch:namespace': 'ComfyUI/Workers' },
    })
  })

  it('is run by the topic and again every five minutes', () => {
    expect(only(made.shared, 'AWS::SNS::Topic')['TopicName']).toBe('bp-scale-to-zero')
    expect(only(made.shared, 'AWS::SNS::Subscription')['Protocol']).toBe('lambda')
    const rule = only(made.shared, 'AWS::Events::Rule')
    expect(rule['ScheduleExpression']).toBe('rate(5 minutes)')
    expect(rule['Targets']).toHaveLength(1)
  })

  it('runs alone, for a minute at most, on the Node of the house', () => {
    const run = only(made.shared, 'AWS::Lambda::Function')
    expect(run).toMatchObject({
      FunctionName: 'bp-scale-to-zero',
      Runtime: 'nodejs24.x',
      Architectures: ['arm64'],
      Timeout: 60,
      ReservedConcurrentExecutions: 1,
    })
    expect(run['DeadLetterConfig']).toBeDefined()
    expect(Object.keys(run['Environment'].Variables)).toEqual(
      expect.arrayContaining(['BP_TOPIC_ARN']),
    )
    expect(only(made.shared, 'AWS::Logs::LogGroup')['RetentionInDays']).toBe(30)
  })

  it('is heard of when it fails or is not delivered', () => {
    expect(all(made.shared, 'AWS::CloudWatch::Alarm').map(one => one['AlarmName'])).toEqual(
      expect.arrayContaining(['bp-p2-scale-to-zero-failing', 'bp-p2-scale-to-zero-undelivered']),
    )
  })

  it('is one file that starts in a bare Node', async () => {
    const asset = readdirSync(made.folder).find(name => name.startsWith('asset.'))
    const file = join(made.folder, asset ?? '', 'index.mjs')
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what is imported is only looked at
    const bundle = (await import(pathToFileURL(file).href)) as Record<string, unknown>
    expect(typeof bundle['handler']).toBe('function')
    expect(readFileSync(file).byteLength).toBeLessThan(2_000_000)
  })
})

describe('a hundred fleets', () => {
  it('stand side by side: every name once, and no grant that reaches into another', () => {
    const wanted = Array.from({ length: 100 }, (_, n) => ({
      stage: n % 2 === 0 ? ('production' as const) : ('staging' as const),
      slug: `fleet-${String(n >> 1).padStart(2, '0')}-x`,
      instance_types: ['g6.xlarge'],
      max: 4,
    }))
    const { fleets } = synthesize(wanted)
    expect(fleets).toHaveLength(100)
    const given: string[] = []
    for (const [at, template] of fleets.entries()) {
      const own = wanted[at]
      if (own === undefined) throw new Error('no fleet')
      for (const { Type: type, Properties: properties } of Object.values(template.Resources))
        for (const [key, value] of Object.entries(properties))
          if (
            /^(RoleName|AlarmName|LaunchTemplateName|AutoScalingGroupName|InstanceProfileName)$/.test(
              key,
            )
          )
            if (typeof value === 'string') given.push(`${type} ${value}`)
      const granted = JSON.stringify(statements(template))
      const slugs = new Set(granted.match(/fleet-\d\d-x/g))
      expect(slugs).toEqual(new Set([own.slug]))
      expect(granted).not.toContain(own.stage === 'production' ? 'staging' : 'production')
    }
    expect(new Set(given).size).toBe(given.length)
    expect(given.length).toBeGreaterThanOrEqual(100 * 18)
    // A bound against a test that hangs, not the figure: bench/synth measures that.
  }, 240_000)
})
