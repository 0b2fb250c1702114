/** The unmodified templates, deployed and destroyed by the real command line tool. */
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CloudFormationClient, paginateListStackResources } from '@aws-sdk/client-cloudformation'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { names } from '@bp/contracts/names'
import { startEmulator, type Emulator } from './start-emulator.ts'
import { control } from './testing/control.ts'
import { aws, Installation } from './testing/installation.ts'

const Names = z.array(z.string()).nullish()
const sorted = (ids: readonly string[]): readonly string[] => ids.toSorted()

/** What each service still holds of a type that templates retain, and of those that must be gone. */
const leftovers: Readonly<Record<string, readonly [command: string, query: string]>> = {
  'AWS::AutoScaling::AutoScalingGroup': [
    'autoscaling describe-auto-scaling-groups',
    'AutoScalingGroups[].AutoScalingGroupName',
  ],
  'AWS::CloudWatch::Alarm': ['cloudwatch describe-alarms', 'MetricAlarms[].AlarmName'],
  'AWS::EC2::EIP': ['ec2 describe-addresses', 'Addresses[].PublicIp'],
  'AWS::EC2::FlowLog': ['ec2 describe-flow-logs', 'FlowLogs[].FlowLogId'],
  'AWS::EC2::LaunchTemplate': [
    'ec2 describe-launch-templates',
    'LaunchTemplates[].LaunchTemplateId',
  ],
  'AWS::EC2::NatGateway': ['ec2 describe-nat-gateways', 'NatGateways[].NatGatewayId'],
  'AWS::EC2::VPC': ['ec2 describe-vpcs', 'Vpcs[?IsDefault==`false`].VpcId'],
  'AWS::ECR::Repository': ['ecr describe-repositories', 'repositories[].repositoryName'],
  'AWS::ECS::Cluster': ['ecs list-clusters', 'clusterArns'],
  'AWS::ElasticLoadBalancingV2::LoadBalancer': [
    'elbv2 describe-load-balancers',
    'LoadBalancers[].LoadBalancerArn',
  ],
  'AWS::Events::Rule': ['events list-rules', 'Rules[].Name'],
  'AWS::IAM::OIDCProvider': [
    'iam list-open-id-connect-providers',
    'OpenIDConnectProviderList[].Arn',
  ],
  'AWS::IAM::Role': ['iam list-roles', 'Roles[].RoleName'],
  'AWS::KMS::Key': ['kms list-keys', 'Keys[].KeyId'],
  'AWS::Lambda::Function': ['lambda list-functions', 'Functions[].FunctionName'],
  'AWS::Logs::LogGroup': ['logs describe-log-groups', 'logGroups[].logGroupName'],
  'AWS::S3::Bucket': ['s3api list-buckets', 'Buckets[].Name'],
  'AWS::SNS::Topic': ['sns list-topics', 'Topics[].TopicArn'],
  'AWS::SSM::Parameter': ['ssm describe-parameters', 'Parameters[].Name'],
  'AWS::SecretsManager::Secret': ['secretsmanager list-secrets', 'SecretList[].ARN'],
}

describe('deploying bp', () => {
  let folder: string
  let emulator: Emulator
  let installation: Installation
  let cloudFormation: CloudFormationClient
  /** What was there before bp: the CDK's own things. */
  let before: Readonly<Record<string, readonly string[]>>

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bp-deploy-'))
    emulator = await startEmulator({ folder: join(folder, 'emulator') })
    installation = await Installation.synthesize(emulator, join(folder, 'app'))
    cloudFormation = new CloudFormationClient({
      endpoint: emulator.endpoint,
      region: emulator.region,
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    await installation.bootstrap()
    before = await everything()
  })
  afterAll(async () => {
    cloudFormation.destroy()
    await emulator[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  async function everything(): Promise<Record<string, readonly string[]>> {
    const found: Record<string, readonly string[]> = {}
    for (const [type, [command, query]] of Object.entries(leftovers)) {
      found[type] = Names.parse(await aws(emulator, command, { query })) ?? []
    }
    return found
  }

  async function physicalIds(stack: string): Promise<ReadonlyMap<string, string>> {
    const ids = new Map<string, string>()
    for await (const page of paginateListStackResources(
      { client: cloudFormation },
      { StackName: stack },
    )) {
      for (const one of page.StackResourceSummaries ?? [])
        ids.set(one.LogicalResourceId ?? '', one.PhysicalResourceId ?? '')
    }
    return ids
  }

  /** The physical names of all resources whose template says that they stay. */
  async function toBeRetained(): Promise<Record<string, string[]>> {
    const retained: Record<string, string[]> = {}
    for (const stack of Installation.stacks) {
      const ids = await physicalIds(stack)
      for (const [logical, one] of Object.entries(await installation.resources(stack))) {
        if (!(one.Type in leftovers) || one.DeletionPolicy !== 'Retain') continue
        const id = ids.get(logical)
        if (id === undefined) throw new Error(`${stack} has no ${logical}`)
        ;(retained[one.Type] ??= []).push(id)
      }
    }
    return retained
  }

  it('works in the order of the guide, with no image, no AMI and no value of a secret there', async () => {
    for (const stack of Installation.stacks) await installation.deploy(stack)
    const stacks = Names.parse(
      await aws(emulator, 'cloudformation list-stacks', { query: 'StackSummaries[].StackName' }),
    )
    expect(sorted(stacks ?? [])).toEqual(sorted(['CDKToolkit', ...Installation.stacks]))
  })

  it('changes nothing when it is done again', async () => {
    const said = await installation.cdk('deploy', '--all', '--require-approval', 'never')
    expect(said.match(/\(no changes\)/g)).toHaveLength(Installation.stacks.length)
  })

  it('refuses to destroy what is protected', async () => {
    await expect(installation.destroy(names.stacks.data)).rejects.toThrow(
      /[Tt]ermination ?[Pp]rotection/,
    )
  })

  it('leaves nothing, destroyed in reverse, but what is retained by decision', async () => {
    const retained = await toBeRetained()
    for (const stack of Installation.stacks.toReversed()) {
      await aws(
        emulator,
        'cloudformation update-termination-protection',
        { 'stack-name': stack },
        '--no-enable-termination-protection',
      )
      await installation.destroy(stack)
    }
    const after = await everything()
    for (const type of Object.keys(leftovers)) {
      const expected = [...(before[type] ?? []), ...(retained[type] ?? [])]
      expect({ [type]: sorted(after[type] ?? []) }).toEqual({ [type]: sorted(expected) })
    }
    const snapshots = Names.parse(
      await aws(emulator, 'rds describe-db-snapshots', {
        query: 'DBSnapshots[].DBSnapshotIdentifier',
      }),
    )
    expect(snapshots).toHaveLength(1)
  })

  it('uses only types that the launcher knows to be lacking; the list may only shrink', async () => {
    const added = await addedTypes()
    const listed: unknown = JSON.parse(
      await readFile(join(import.meta.dirname, 'stock-lacks.json'), 'utf8'),
    )
    expect(added).toEqual(listed)

    const cheapest = await Installation.synthesize(emulator, join(folder, 'cheapest'), 'cheapest')
    const used = new Set<string>()
    for (const shape of [installation, cheapest])
      for (const stack of Installation.stacks)
        for (const one of Object.values(await shape.resources(stack))) used.add(one.Type)
    expect(added.filter(type => !used.has(type))).toEqual([])

    // The one stack of the other shape that has a type of its own: its NAT is a machine.
    await cheapest.deploy(names.stacks.network)
  })

  async function addedTypes(): Promise<readonly string[]> {
    const status = z.object({ added_types: z.array(z.string()) })
    return status.parse(await control(emulator, 'status')).added_types
  }
})
