/** Our own rules: each is broken once, by a resource that is right in everything else. */
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App, CfnOutput, CfnResource, Stack } from 'aws-cdk-lib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { addChecks } from '../lib/checks.ts'
import { flags, root } from './installations.ts'

interface Given {
  readonly type: string
  readonly properties?: Record<string, unknown>
  readonly deletion?: 'Delete' | 'Retain' | 'Snapshot'
}

const statement = (one: Record<string, unknown>) => ({
  PolicyName: 'p',
  PolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...one }] },
  Roles: ['r'],
})
const trust = (one: Record<string, unknown>) => ({
  PermissionsBoundary: 'arn:aws:iam::111122223333:policy/bp-boundary',
  AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', ...one }] },
})
const service = trust({
  Action: 'sts:AssumeRole',
  Principal: { Service: 'ec2.amazonaws.com' },
})
const openBucket = {
  BucketName: 'b',
  PublicAccessBlockConfiguration: { RestrictPublicBuckets: true },
}
const group = {
  MinSize: '0',
  MaxSize: '1',
  NewInstancesProtectedFromScaleIn: true,
  LaunchTemplate: { LaunchTemplateId: 'lt-1', Version: '1' },
  Tags: ['Project', 'FleetStage', 'FleetSlug'].map(Key => ({
    Key,
    Value: 'x',
    PropagateAtLaunch: true,
  })),
}
const container = { Name: 'c', Image: 'i', User: 'node', ReadonlyRootFilesystem: true }

/** Rule → what is right, and the same with one fault. */
const seeded: Readonly<Record<string, readonly [Given, Given]>> = {
  BP_ROLE_BOUNDARY: [
    { type: 'AWS::IAM::Role', properties: service },
    {
      type: 'AWS::IAM::Role',
      properties: { AssumeRolePolicyDocument: service.AssumeRolePolicyDocument },
    },
  ],
  BP_STAR_BOUND: [
    {
      type: 'AWS::IAM::Policy',
      properties: statement({ Action: 'ec2:DescribeInstances', Resource: '*' }),
    },
    {
      type: 'AWS::IAM::Policy',
      properties: statement({ Action: ['ec2:TerminateInstances'], Resource: '*' }),
    },
  ],
  BP_ACTION_STAR: [
    {
      type: 'AWS::IAM::Policy',
      properties: statement({ Action: 's3:GetObject', Resource: 'arn:aws:s3:::a/b' }),
    },
    {
      type: 'AWS::IAM::Policy',
      properties: statement({ Action: 's3:*', Resource: 'arn:aws:s3:::a/b' }),
    },
  ],
  BP_TRUST_EXACT: [
    {
      type: 'AWS::IAM::Role',
      properties: trust({
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/x' },
        Condition: { StringEquals: { 'x:sub': 'repo:a@1/b@2:environment:production' } },
      }),
    },
    {
      type: 'AWS::IAM::Role',
      properties: trust({
        Action: 'sts:AssumeRoleWithWebIdentity',
        Principal: { Federated: 'arn:aws:iam::111122223333:oidc-provider/x' },
        Condition: { StringLike: { 'x:sub': 'repo:a/*' } },
      }),
    },
  ],
  BP_LOG_ENDS: [
    { type: 'AWS::Logs::LogGroup', properties: { LogGroupName: 'a', RetentionInDays: 30 } },
    { type: 'AWS::Logs::LogGroup', properties: { LogGroupName: 'a' } },
  ],
  BP_BUCKET_KEPT: [
    { type: 'AWS::S3::Bucket', properties: openBucket, deletion: 'Retain' },
    { type: 'AWS::S3::Bucket', properties: openBucket, deletion: 'Delete' },
  ],
  BP_DATABASE_KEPT: [
    {
      type: 'AWS::RDS::DBInstance',
      properties: {
        DBInstanceClass: 'db.t4g.micro',
        Engine: 'mariadb',
        AllocatedStorage: '20',
        MasterUsername: 'bp',
        ManageMasterUserPassword: true,
        DeletionProtection: true,
        StorageEncrypted: true,
        PubliclyAccessible: false,
      },
      deletion: 'Snapshot',
    },
    {
      type: 'AWS::RDS::DBInstance',
      properties: {
        DBInstanceClass: 'db.t4g.micro',
        Engine: 'mariadb',
        AllocatedStorage: '20',
        MasterUsername: 'bp',
        ManageMasterUserPassword: true,
        DeletionProtection: false,
        StorageEncrypted: true,
        PubliclyAccessible: false,
      },
      deletion: 'Snapshot',
    },
  ],
  BP_SECRET_HIDDEN: [
    {
      type: 'AWS::SecretsManager::Secret',
      properties: { GenerateSecretString: { PasswordLength: 40 } },
      deletion: 'Retain',
    },
    {
      type: 'AWS::SecretsManager::Secret',
      properties: { SecretString: 'in-the-template' },
      deletion: 'Retain',
    },
  ],
  BP_GROUP_SIZES: [
    { type: 'AWS::AutoScaling::AutoScalingGroup', properties: group },
    {
      type: 'AWS::AutoScaling::AutoScalingGroup',
      properties: { ...group, DesiredCapacity: '1' },
    },
  ],
  BP_GROUP_TAGS: [
    { type: 'AWS::AutoScaling::AutoScalingGroup', properties: group },
    {
      type: 'AWS::AutoScaling::AutoScalingGroup',
      properties: { ...group, Tags: group.Tags.slice(1) },
    },
  ],
  BP_MACHINE_CLOSED: [
    {
      type: 'AWS::EC2::LaunchTemplate',
      properties: { LaunchTemplateData: { MetadataOptions: { HttpTokens: 'required' } } },
    },
    {
      type: 'AWS::EC2::LaunchTemplate',
      properties: {
        LaunchTemplateData: { MetadataOptions: { HttpTokens: 'required' }, KeyName: 'mine' },
      },
    },
  ],
  BP_NO_PUBLIC_ADDRESS: [
    {
      type: 'AWS::EC2::Subnet',
      properties: { VpcId: 'vpc-1', CidrBlock: '10.0.0.0/24', MapPublicIpOnLaunch: false },
    },
    {
      type: 'AWS::EC2::Subnet',
      properties: { VpcId: 'vpc-1', CidrBlock: '10.0.0.0/24', MapPublicIpOnLaunch: true },
    },
  ],
  BP_TASK_CLOSED: [
    { type: 'AWS::ECS::TaskDefinition', properties: { ContainerDefinitions: [container] } },
    {
      type: 'AWS::ECS::TaskDefinition',
      properties: { ContainerDefinitions: [{ ...container, Privileged: true }] },
    },
  ],
  BP_ALARM_TELLS: [
    {
      type: 'AWS::CloudWatch::Alarm',
      properties: {
        AlarmDescription: 'Pages do not open. Runbook: docs/runbooks/site.md#no-frontend',
        ComparisonOperator: 'GreaterThanThreshold',
        EvaluationPeriods: 1,
        MetricName: 'm',
        Namespace: 'n',
        Period: 60,
        Statistic: 'Maximum',
        Threshold: 1,
        TreatMissingData: 'ignore',
      },
    },
    {
      type: 'AWS::CloudWatch::Alarm',
      properties: {
        AlarmDescription: 'CPU is high',
        ComparisonOperator: 'GreaterThanThreshold',
        EvaluationPeriods: 1,
        MetricName: 'm',
        Namespace: 'n',
        Period: 60,
        Statistic: 'Maximum',
        Threshold: 1,
        TreatMissingData: 'ignore',
      },
    },
  ],
  BP_FUNCTION_BOUNDS: [
    {
      type: 'AWS::Lambda::Function',
      properties: {
        Code: { ZipFile: 'exports.handler = () => 1' },
        Handler: 'index.handler',
        Role: 'arn:aws:iam::111122223333:role/bp-x',
        Runtime: 'nodejs24.x',
        Timeout: 60,
        ReservedConcurrentExecutions: 1,
      },
    },
    {
      type: 'AWS::Lambda::Function',
      properties: {
        Code: { ZipFile: 'exports.handler = () => 1' },
        Handler: 'index.handler',
        Role: 'arn:aws:iam::111122223333:role/bp-x',
        Runtime: 'nodejs24.x',
        Timeout: 900,
        ReservedConcurrentExecutions: 1,
      },
    },
  ],
  BP_NO_CUSTOM_RESOURCE: [
    { type: 'AWS::Logs::LogGroup', properties: { LogGroupName: 'a', RetentionInDays: 30 } },
    {
      type: 'AWS::CloudFormation::CustomResource',
      properties: { ServiceToken: 'arn:aws:lambda:us-east-1:111122223333:function:x' },
    },
  ],
  BP_IMAGES_FIXED: [
    {
      type: 'AWS::ECR::Repository',
      properties: { ImageTagMutability: 'IMMUTABLE' },
      deletion: 'Retain',
    },
    {
      type: 'AWS::ECR::Repository',
      properties: { ImageTagMutability: 'MUTABLE' },
      deletion: 'Retain',
    },
  ],
}

const Report = z.looseObject({
  pluginReports: z.array(
    z.looseObject({ violations: z.array(z.looseObject({ ruleName: z.string() })) }),
  ),
})

describe('a rule of guard/', () => {
  let folder = ''
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'bp-guard-'))
  })
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  /** Rules of ours that a stack with this one resource breaks. */
  function broken(build: (stack: Stack) => void): readonly string[] {
    const outdir = mkdtempSync(join(folder, 'out-'))
    const app = new App({ context: flags(), outdir })
    addChecks(app)
    build(new Stack(app, 'seeded', { env: { account: '111122223333', region: 'us-east-1' } }))
    try {
      app.synth()
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'ValidationFailed') throw error
    }
    const file = join(outdir, 'validation-report.json')
    const report = Report.parse(JSON.parse(readFileSync(file, 'utf8')))
    return report.pluginReports
      .flatMap(({ violations }) => violations.map(one => one.ruleName))
      .filter(name => name.includes('BP_'))
      .map(name => name.replace(/^.*::/, ''))
  }
  const make =
    ({ type, properties = {}, deletion }: Given) =>
    (stack: Stack): void => {
      const made = new CfnResource(stack, 'Seeded', { type, properties })
      if (deletion === undefined) return
      for (const policy of ['DeletionPolicy', 'UpdateReplacePolicy'])
        made.addOverride(policy, deletion)
    }

  it.each(Object.entries(seeded))(
    '%s catches its fault, and lets what is right pass',
    (rule, [right, wrong]) => {
      expect(broken(make(wrong))).toContain(rule)
      expect(broken(make(right))).not.toContain(rule)
    },
  )

  it('BP_STACKS_ALONE catches its fault, and lets what is right pass', () => {
    const tells = (exportName?: string) => (stack: Stack) => {
      new CfnOutput(stack, 'Out', { value: 'x', ...(exportName && { exportName }) })
    }
    expect(broken(tells('bp-x'))).toContain('BP_STACKS_ALONE')
    expect(broken(tells())).not.toContain('BP_STACKS_ALONE')
  })

  it('has a seeded fault, a reason and a message that says what to do, one rule a file', () => {
    const rooms = join(root, 'infrastructure/guard')
    const files = readdirSync(rooms).filter(name => name.endsWith('.guard'))
    const rules = files.map(name => {
      const text = readFileSync(join(rooms, name), 'utf8')
      const [rule = '', ...more] = [...text.matchAll(/^rule (BP_[A-Z_]+)/gm)].map(
        ([, id = '']) => id,
      )
      expect({ name, more, hasReason: text.startsWith('# ') }).toEqual({
        name,
        more: [],
        hasReason: true,
      })
      expect(text).toContain('<<')
      expect(rule).toBe(`BP_${name.replace('.guard', '').replaceAll('-', '_').toUpperCase()}`)
      return rule
    })
    expect(rules.toSorted()).toEqual([...Object.keys(seeded), 'BP_STACKS_ALONE'].toSorted())
  })
})
