import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import {
  OidcProviderNative,
  OpenIdConnectPrincipal,
  PolicyStatement,
  Role,
  type PolicyStatementProps,
} from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { stages } from '@bp/contracts/fleets'
import { names } from '@bp/contracts/names'
import { acceptStars } from './accept.ts'

export interface WorkflowRolesProps {
  readonly github: { readonly subject: string; readonly repositoryId: string }
  readonly region: string
  readonly account: string
}

const issuer = 'token.actions.githubusercontent.com'

const kinds = ['deploy', 'database', 'infrastructure', 'fleet', 'ami'] as const
type Kind = (typeof kinds)[number]

/** One role a kind of workflow. Each is for one hour, one repository, one environment. */
export class WorkflowRoles extends Construct {
  constructor(scope: Construct, id: string, { github, region, account }: WorkflowRolesProps) {
    super(scope, id)
    const provider = new OidcProviderNative(this, 'Provider', {
      url: `https://${issuer}`,
      clientIds: ['sts.amazonaws.com'],
      removalPolicy: RemovalPolicy.RETAIN,
    })
    const principal = (subjects: readonly string[]) =>
      new OpenIdConnectPrincipal(provider, {
        StringEquals: {
          [`${issuer}:aud`]: 'sts.amazonaws.com',
          [`${issuer}:sub`]: subjects.length === 1 ? subjects[0] : subjects,
          [`${issuer}:repository_id`]: github.repositoryId,
        },
      })
    const all = rights(region, account)
    for (const kind of kinds) {
      const { description, statements } = all[kind]
      const role = new Role(this, kind, {
        roleName: names.roles[kind],
        description,
        assumedBy: principal(subjectsOf(kind, github.subject)),
        maxSessionDuration: Duration.hours(1),
      })
      for (const statement of statements) role.addToPolicy(new PolicyStatement(statement))
      acceptStars(role, statements, reason)
    }
  }
}

/**
 * Who may take a role: runs in the configured environment, and for fleets in the environment of each stage, so that a
 * staging fleet needs nobody's review. Always whole subjects, never a pattern.
 */
function subjectsOf(kind: Kind, subject: string): readonly string[] {
  if (kind !== 'fleet' && kind !== 'ami') return [subject]
  const repository = subject.replace(/:environment:[^:]*$/, '')
  const environments = stages.words.map(stage => `${repository}:environment:${stage}`)
  return [...new Set([subject, ...environments])].toSorted()
}

const reason =
  'Stars stand for revisions, instances and streams whose names only exist later, or for reads that AWS offers on * alone; the table test of these roles lists what each may not do.'

interface Rights {
  readonly description: string
  readonly statements: readonly PolicyStatementProps[]
}

/** What each kind of workflow may do, and nothing else. */
function rights(region: string, account: string): Readonly<Record<Kind, Rights>> {
  const here = `${region}:${account}`
  const arn = (service: string, rest: string) => `arn:aws:${service}:${here}:${rest}`
  const parameter = (path: string) => arn('ssm', `parameter${path}`)
  const role = (name: string) => `arn:aws:iam::${account}:role/${name}`
  const bootstrapRole = (kind: string) => role(`cdk-bp-${kind}-role-${account}-${region}`)
  const passTo = (service: string, roles: readonly string[]): PolicyStatementProps => ({
    actions: ['iam:PassRole'],
    resources: [...roles],
    conditions: { StringEquals: { 'iam:PassedToService': service } },
  })
  const ofBp = { StringEquals: { 'aws:ResourceTag/Project': 'bp' } }
  const asBp = { StringEquals: { 'aws:RequestTag/Project': 'bp' } }
  // AWS's own parameters belong to no account, or are asked for as if they were ours: nobody else can write there.
  const publicImages = ['', account].map(
    owner => `arn:aws:ssm:${region}:${owner}:parameter/aws/service/deeplearning/ami/*`,
  )
  const backendRoles = [role(names.roles.backendTask), role(names.roles.backendStart)]
  const frontendRoles = [role(names.roles.frontendTask), role(names.roles.frontendStart)]
  const inCluster = { ArnEquals: { 'ecs:cluster': arn('ecs', `cluster/${names.cluster}`) } }

  return {
    deploy: {
      description: 'Deploy: brings images and rolls the services',
      statements: [
        { actions: ['ecr:GetAuthorizationToken'], resources: ['*'] },
        {
          actions: [
            'ecr:BatchCheckLayerAvailability',
            'ecr:BatchGetImage',
            'ecr:CompleteLayerUpload',
            'ecr:DescribeImages',
            'ecr:DescribeImageScanFindings',
            'ecr:GetDownloadUrlForLayer',
            'ecr:InitiateLayerUpload',
            'ecr:PutImage',
            'ecr:UploadLayerPart',
          ],
          resources: Object.values(names.repositories).map(it => arn('ecr', `repository/${it}`)),
        },
        {
          actions: [
            'ecs:RegisterTaskDefinition',
            'ecs:DescribeTaskDefinition',
            'cloudwatch:DescribeAlarms',
          ],
          resources: ['*'],
        },
        {
          actions: ['ecs:UpdateService', 'ecs:DescribeServices'],
          resources: Object.values(names.services).map(it =>
            arn('ecs', `service/${names.cluster}/${it}`),
          ),
        },
        passTo('ecs-tasks.amazonaws.com', [...backendRoles, ...frontendRoles]),
        {
          // The first image brings the first tasks: until then scaling may not hold any.
          actions: ['application-autoscaling:RegisterScalableTarget'],
          resources: [arn('application-autoscaling', 'scalable-target/*')],
          conditions: { StringEquals: { 'application-autoscaling:service-namespace': 'ecs' } },
        },
        {
          actions: ['ssm:GetParameter', 'ssm:PutParameter'],
          resources: Object.keys(names.services).map(it => parameter(names.parameters.image(it))),
        },
        {
          actions: ['ssm:GetParameter'],
          resources: [parameter(names.parameters.shared('compute', '*'))],
        },
      ],
    },
    database: {
      description: 'DB Migrate, DB Seed: one task of the backend, and its log',
      statements: [
        {
          actions: ['ecs:RunTask'],
          resources: [arn('ecs', `task-definition/${names.services.backend}:*`)],
          conditions: inCluster,
        },
        {
          actions: ['ecs:DescribeTasks', 'ecs:StopTask'],
          resources: [arn('ecs', `task/${names.cluster}/*`)],
          conditions: inCluster,
        },
        { actions: ['ecs:DescribeTaskDefinition'], resources: ['*'] },
        {
          // Which revision is in service: the newest one may be of a deployment that was taken back.
          actions: ['ecs:DescribeServices'],
          resources: [arn('ecs', `service/${names.cluster}/${names.services.backend}`)],
        },
        passTo('ecs-tasks.amazonaws.com', backendRoles),
        {
          actions: ['logs:GetLogEvents', 'logs:FilterLogEvents'],
          resources: [arn('logs', `log-group:${names.logGroups.backend}:*`)],
        },
        {
          actions: ['ssm:GetParameter'],
          resources: [parameter(names.parameters.shared('network', '*'))],
        },
      ],
    },
    infrastructure: {
      description: 'Deploy infrastructure: whatever CloudFormation may',
      statements: [
        {
          actions: ['sts:AssumeRole'],
          resources: ['deploy', 'file-publishing', 'lookup'].map(bootstrapRole),
        },
        {
          // Image pointers that are gone: CloudFormation makes them once and never again.
          actions: ['ssm:GetParameter', 'ssm:PutParameter'],
          resources: Object.keys(names.services).map(it => parameter(names.parameters.image(it))),
        },
      ],
    },
    fleet: {
      description: 'Fleet workflows: stacks of fleets, their pointers and log groups',
      statements: [
        {
          // Not the bootstrap's deploy role: whoever holds that one can change every stack.
          actions: [
            'cloudformation:CreateChangeSet',
            'cloudformation:DeleteChangeSet',
            'cloudformation:DeleteStack',
            'cloudformation:DescribeChangeSet',
            'cloudformation:DescribeStackEvents',
            'cloudformation:DescribeStacks',
            'cloudformation:ExecuteChangeSet',
            'cloudformation:GetTemplate',
            'cloudformation:UpdateTerminationProtection',
          ],
          resources: [arn('cloudformation', 'stack/bp-gpu-fleet-*/*')],
        },
        passTo('cloudformation.amazonaws.com', [bootstrapRole('cfn-exec')]),
        {
          actions: ['sts:AssumeRole'],
          resources: ['file-publishing', 'lookup'].map(bootstrapRole),
        },
        {
          actions: ['ssm:GetParameter', 'ssm:PutParameter'],
          resources: [
            parameter('/bp/ami/fleets/*'),
            parameter('/bp/fleets/*/desired_config'),
            parameter('/bp/fleets/*/active_bundle'),
          ],
        },
        { actions: ['ssm:GetParameter'], resources: [parameter('/cdk-bootstrap/bp/version')] },
        {
          // A fleet leans on the core stacks: a missing or broken one is told before anything is made.
          actions: ['cloudformation:DescribeStacks'],
          resources: [arn('cloudformation', 'stack/bp-*/*')],
        },
        {
          // Public: the image that a fleet points to until it has its own.
          actions: ['ssm:GetParameter'],
          resources: publicImages,
        },
        {
          actions: ['logs:CreateLogGroup', 'logs:PutRetentionPolicy', 'logs:TagResource'],
          resources: [arn('logs', `log-group:${names.logGroups.workers('*')}`)],
        },
        {
          actions: [
            'servicequotas:GetServiceQuota',
            'ec2:DescribeInstanceTypeOfferings',
            'logs:DescribeLogGroups',
            // Whether the pointer names an image of bp; SSM asks it too when an image pointer is written.
            'ec2:DescribeImages',
            // Whether a fleet that is to go is empty.
            'autoscaling:DescribeAutoScalingGroups',
            'cloudwatch:GetMetricData',
          ],
          resources: ['*'],
        },
      ],
    },
    ami: {
      description: 'Build and bake AMIs',
      statements: [
        {
          actions: [
            'ec2:DescribeImages',
            'ec2:DescribeInstances',
            'ec2:DescribeInstanceStatus',
            'ec2:DescribeInstanceTypeOfferings',
            'ec2:DescribeInstanceTypes',
            'ec2:DescribeRegions',
            'ec2:DescribeSecurityGroups',
            'ec2:DescribeSnapshots',
            'ec2:DescribeSubnets',
            'ec2:DescribeTags',
            'ec2:DescribeVolumes',
            'ec2:DescribeVpcs',
          ],
          resources: ['*'],
        },
        {
          actions: ['ec2:RunInstances'],
          resources: ['instance/*', 'volume/*'].map(it => arn('ec2', it)),
          conditions: asBp,
        },
        {
          actions: ['ec2:RunInstances'],
          resources: [
            ...['subnet/*', 'security-group/*', 'network-interface/*', 'key-pair/packer_*'].map(
              it => arn('ec2', it),
            ),
            `arn:aws:ec2:${region}::image/*`,
          ],
        },
        {
          actions: ['ec2:CreateKeyPair', 'ec2:DeleteKeyPair'],
          resources: [arn('ec2', 'key-pair/packer_*')],
        },
        {
          actions: ['ec2:StopInstances', 'ec2:TerminateInstances', 'ec2:CreateImage'],
          resources: [arn('ec2', 'instance/*')],
          conditions: ofBp,
        },
        {
          actions: ['ec2:CreateImage'],
          resources: ['image/*', 'snapshot/*'].map(it => `arn:aws:ec2:${region}::${it}`),
        },
        {
          actions: ['ec2:DeregisterImage', 'ec2:DeleteSnapshot'],
          resources: ['image/*', 'snapshot/*'].map(it => `arn:aws:ec2:${region}::${it}`),
          conditions: ofBp,
        },
        {
          actions: ['ec2:CreateTags'],
          resources: [
            // Packer gives its run tags to all that a run makes.
            ...['instance/*', 'volume/*', 'network-interface/*', 'key-pair/packer_*'].map(it =>
              arn('ec2', it),
            ),
            ...['image/*', 'snapshot/*'].map(it => `arn:aws:ec2:${region}::${it}`),
          ],
          conditions: {
            StringEquals: { 'ec2:CreateAction': ['RunInstances', 'CreateImage', 'CreateKeyPair'] },
          },
        },
        {
          // What the boot test found, onto an image that is already bp's.
          actions: ['ec2:CreateTags'],
          resources: [`arn:aws:ec2:${region}::image/*`],
          conditions: ofBp,
        },
        {
          actions: ['ec2:GetConsoleOutput'],
          resources: [arn('ec2', 'instance/*')],
          conditions: ofBp,
        },
        passTo('ec2.amazonaws.com', [role(names.roles.imageBuilder)]),
        {
          actions: ['iam:GetInstanceProfile'],
          resources: [`arn:aws:iam::${account}:instance-profile/${names.roles.imageBuilder}`],
        },
        {
          actions: ['ssm:StartSession'],
          resources: [arn('ec2', 'instance/*')],
          conditions: { StringEquals: { 'ssm:resourceTag/Project': 'bp' } },
        },
        {
          actions: ['ssm:StartSession'],
          resources: [`arn:aws:ssm:${region}::document/AWS-StartPortForwardingSession`],
        },
        {
          // Public: the newest image with a driver.
          actions: ['ssm:GetParameter'],
          resources: publicImages,
        },
        {
          actions: ['ssm:GetParameter', 'ssm:PutParameter'],
          resources: [parameter('/bp/ami/*')],
        },
        {
          // Whose models a bake adds.
          actions: ['ssm:GetParameter'],
          resources: [parameter('/bp/fleets/*/active_bundle')],
        },
        {
          actions: ['ssm:GetParameter'],
          resources: [parameter(names.parameters.shared('network', '*'))],
        },
      ],
    },
  }
}
