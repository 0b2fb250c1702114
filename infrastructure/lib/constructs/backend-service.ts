import { Secret as TaskSecret } from 'aws-cdk-lib/aws-ecs'
import { PolicyStatement, type PolicyStatementProps } from 'aws-cdk-lib/aws-iam'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { names } from '@bp/contracts/names'
import { acceptStars } from './accept.ts'
import type { BpStack } from './bp-stack.ts'
import { ports } from './shared-network.ts'
import { shareOf } from './shared.ts'
import { WebService, type ServiceProps } from './web-service.ts'

/** The API and the loops behind it. What it may do in the account stands here. */
export class BackendService extends WebService {
  constructor(stack: BpStack, id: string, props: ServiceProps) {
    const { config, door } = props
    const secret = (name: string, key: Parameters<typeof shareOf<'data'>>[2]) =>
      Secret.fromSecretCompleteArn(stack, name, shareOf(stack, 'data', key))
    const database = secret('DatabaseMaster', 'database-secret-arn')
    super(stack, id, {
      ...props,
      kind: 'backend',
      environment: {
        AWS_REGION: config.region,
        BP_HOST: '0.0.0.0',
        BP_PORT: String(ports.backend),
        BP_PUBLIC_URL: door.url,
        // The root is read-only; what little a task writes, nobody needs after it.
        BP_DATA: '/tmp/bp',
        BP_LOCAL_ANONYMOUS: '0',
        BP_DATABASE_HOST: shareOf(stack, 'data', 'database-host'),
        BP_DATABASE_PORT: String(ports.database),
        BP_DATABASE_NAME: 'bp',
        BP_DATABASE_TLS: '1',
        // In the image: whoever vouches for databases of RDS is known to no system.
        BP_DATABASE_CA: '/app/rds-ca.pem',
        BP_REDIS_HOST: shareOf(stack, 'data', 'cache-host'),
        BP_REDIS_PORT: String(ports.cache),
        BP_REDIS_TLS: '1',
        BP_MEDIA_BUCKET: names.buckets.media(config.account),
        BP_MODELS_BUCKET: names.buckets.models(config.account),
        BP_MEDIA_HOST: shareOf(stack, 'data', 'media-host'),
        BP_MEDIA_KEY_PAIR: shareOf(stack, 'data', 'media-key-pair'),
        BP_POINTERS: 'ssm',
        BP_METRICS: 'cloudwatch',
        BP_FLEET_SECRETS: 'ssm',
      },
      secrets: {
        BP_DATABASE_USER: TaskSecret.fromSecretsManager(database, 'username'),
        BP_DATABASE_PASSWORD: TaskSecret.fromSecretsManager(database, 'password'),
        BP_REDIS_AUTH_TOKEN: TaskSecret.fromSecretsManager(
          secret('RedisAuthToken', 'redis-auth-token-arn'),
        ),
        BP_APP_KEY: TaskSecret.fromSecretsManager(secret('AppKey', 'app-key-arn')),
        // Whole: a provider that is not configured is an absent key, and that must not stop a task.
        BP_OAUTH: TaskSecret.fromSecretsManager(secret('Oauth', 'oauth-arn')),
        ...(config.mediaPublicKey !== undefined && {
          BP_MEDIA_PRIVATE_KEY: TaskSecret.fromSecretsManager(
            secret('MediaSigningKey', 'media-signing-key-arn'),
          ),
        }),
      },
    })
    const allowed = rights(config.region, config.account)
    for (const statement of allowed) this.taskRole.addToPolicy(new PolicyStatement(statement))
    acceptStars(
      this.taskRole,
      allowed,
      'Files, fleets and machines come and go while it runs: names of bp, or the tag of bp, bound them.',
    )
  }
}

/** Files, fleets' parameters, fleets' machines by tag, its own metrics. */
function rights(region: string, account: string): readonly PolicyStatementProps[] {
  const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`
  const bucket = (name: string) => `arn:aws:s3:::${name}`
  const files = [names.buckets.media(account), names.buckets.models(account)]
  const ofBp = { StringEquals: { 'aws:ResourceTag/Project': 'bp' } }
  return [
    { actions: ['s3:ListBucket'], resources: files.map(bucket) },
    {
      actions: [
        's3:GetObject',
        's3:PutObject',
        's3:DeleteObject',
        's3:AbortMultipartUpload',
        's3:ListMultipartUploadParts',
      ],
      resources: files.map(name => `${bucket(name)}/*`),
    },
    {
      actions: ['ssm:GetParameter', 'ssm:GetParameterHistory'],
      resources: [arn('ssm', 'parameter/bp/fleets/*'), arn('ssm', 'parameter/bp/ami/fleets/*')],
    },
    {
      actions: ['ssm:PutParameter'],
      resources: [
        arn('ssm', 'parameter/bp/fleets/*/desired_config'),
        arn('ssm', 'parameter/bp/fleets/*/active_bundle'),
      ],
    },
    {
      actions: [
        'autoscaling:DescribeAutoScalingGroups',
        'autoscaling:DescribeAutoScalingInstances',
        'autoscaling:DescribeScalingActivities',
        'ec2:DescribeInstances',
        'ec2:DescribeSpotPriceHistory',
      ],
      resources: ['*'],
    },
    {
      actions: [
        'autoscaling:CompleteLifecycleAction',
        'autoscaling:LaunchInstances',
        'autoscaling:ResumeProcesses',
        'autoscaling:SetInstanceProtection',
        'autoscaling:SuspendProcesses',
        'autoscaling:TerminateInstanceInAutoScalingGroup',
        'autoscaling:UpdateAutoScalingGroup',
      ],
      resources: [arn('autoscaling', 'autoScalingGroup:*:autoScalingGroupName/asg-*')],
      conditions: ofBp,
    },
    {
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: { StringEquals: { 'cloudwatch:namespace': names.metricNamespace } },
    },
  ]
}
