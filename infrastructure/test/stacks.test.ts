import { ManagedPolicy, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { CfnBucket } from 'aws-cdk-lib/aws-s3'
import { describe, expect, it } from 'vitest'
import { names } from '@bp/contracts/names'
import { buildApp } from '../lib/app.ts'
import { readConfig } from '../lib/config/config.ts'
import { shared } from '../lib/constructs/shared.ts'
import { documents, flags, synthesize, type Found, type Synthesized } from './installations.ts'

const both = [
  ['recommended', synthesize(documents.recommended)],
  ['cheapest', synthesize(documents.cheapest)],
] as const

const idOf = (reference: unknown): string =>
  JSON.stringify(reference).replace(/^.*"(?:Fn::GetAtt|Ref)":\[?"([^"]+)".*$/, '$1')
const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' ? value : undefined
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const field = (value: unknown, ...path: readonly string[]): unknown =>
  path.reduce<unknown>(
    (inner, key) =>
      typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined,
    value,
  )

/** Who may open a connection to a group: `<group or address>:<port>`. */
function reaches(app: Synthesized, groupName: string): readonly string[] {
  const groups = app.of('AWS::EC2::SecurityGroup')
  const nameOf = (id: string) =>
    wordOf(groups.find(one => one.id === id)?.Properties['GroupName']) ?? id
  const group = groups.find(one => one.Properties['GroupName'] === groupName)
  if (group === undefined) throw new Error(`no ${groupName}`)
  const rule = (one: unknown) => {
    const from = wordOf(field(one, 'CidrIp')) ?? nameOf(idOf(field(one, 'SourceSecurityGroupId')))
    return `${from}:${String(field(one, 'FromPort'))}`
  }
  return [
    ...listOf(group.Properties['SecurityGroupIngress']).map(rule),
    ...app
      .of('AWS::EC2::SecurityGroupIngress')
      .filter(one => idOf(one.Properties['GroupId']) === group.id)
      .map(one => rule(one.Properties)),
  ].toSorted()
}

describe.each(both)('the %s installation', (name, app) => {
  it('has the stacks of the guide, in their order', () => {
    const core = [
      names.stacks.cicd,
      names.stacks.network,
      names.stacks.data,
      names.stacks.compute,
      names.stacks.monitoring,
    ]
    expect(app.stacks.filter(stack => core.some(one => one === stack))).toEqual(core)
  })

  it('asks AWS for nothing at synth', () => {
    expect(app.missing).toEqual([])
  })

  it('ties no stack to another: no exports, no imports, only parameters of SSM', () => {
    expect(app.text).not.toContain('Fn::ImportValue')
    expect(app.text).not.toContain('"Export"')
    const inputs = app.parameters.filter(one => one.type !== 'String')
    expect(inputs.length).toBeGreaterThan(20)
    const foreign = inputs.filter(
      one => !/^AWS::SSM::Parameter::Value<(String|AWS::EC2::Image::Id)>$/.test(one.type),
    )
    expect(foreign).toEqual([])
  })

  it('reads only what an earlier stack writes, and each parameter has one writer', () => {
    const written = app
      .of('AWS::SSM::Parameter')
      .map(one => ({ stack: one.stack, path: String(one.Properties['Name']) }))
    expect(new Set(written.map(one => one.path)).size).toBe(written.length)
    const unmet = app.parameters
      .filter(one => one.path.startsWith('/bp/'))
      .filter(one => {
        const writer = written.find(({ path }) => path === one.path)
        return !writer || app.stacks.indexOf(writer.stack) >= app.stacks.indexOf(one.stack)
      })
    expect(unmet).toEqual([])
    const core = Object.entries(shared).filter(([area]) => area !== 'gpu-shared')
    const missing = core.flatMap(([area, keys]) =>
      keys
        .map(key => names.parameters.shared(area, key))
        .filter(path => !written.some(one => one.path === path && one.stack === `bp-${area}`)),
    )
    expect(missing).toEqual([])
  })

  it('lets nothing but the load balancer reach the services', () => {
    expect(reaches(app, 'bp-backend')).toEqual(['bp-alb:8080'])
    expect(reaches(app, 'bp-frontend')).toEqual(['bp-alb:3000'])
  })

  it('lets nothing but the backend reach database and cache', () => {
    expect(reaches(app, 'bp-database')).toEqual(['bp-backend:3307'])
    expect(reaches(app, 'bp-cache')).toEqual(['bp-backend:6379'])
  })

  it('lets nobody reach a worker', () => {
    expect(reaches(app, 'bp-gpu')).toEqual([])
  })

  it('keeps all rules in bp-network', () => {
    const elsewhere = app.resources.filter(
      one =>
        one.Type.startsWith('AWS::EC2::SecurityGroup') &&
        one.stack !== names.stacks.network &&
        one.Type !== 'AWS::EC2::SecurityGroup',
    )
    expect(elsewhere.map(one => `${one.stack}/${one.id}`)).toEqual([])
  })

  it('gives no machine a public address but the way out', () => {
    const open = app.resources.filter(
      one =>
        one.Properties['MapPublicIpOnLaunch'] === true ||
        one.Properties['PubliclyAccessible'] === true ||
        /"AssociatePublicIpAddress":true|"AssignPublicIp":"ENABLED"/.test(
          JSON.stringify(one.Properties),
        ),
    )
    const isNat = (one: Found) => one.id.includes('NatInstance')
    expect(open.filter(one => !isNat(one)).map(one => one.id)).toEqual([])
    const addresses = app.of('AWS::EC2::EIP').map(one => one.stack)
    expect(addresses).toEqual(name === 'recommended' ? [names.stacks.network] : [])
  })

  it('deploys before there is an image: services stand still until a pointer says otherwise', () => {
    const pointers = app
      .of('AWS::SSM::Parameter', names.stacks.cicd)
      .map(one => [one.Properties['Name'], one.Properties['Value']])
    expect(pointers).toEqual([
      [names.parameters.image('backend'), 'none'],
      [names.parameters.image('frontend'), 'none'],
    ])
    const services = app.of('AWS::ECS::Service')
    expect(services.map(one => one.Properties['ServiceName'])).toEqual([
      'bp-backend',
      'bp-frontend',
    ])
    for (const service of services) {
      expect(service.Properties['DesiredCount']).toEqual({
        'Fn::If': [expect.stringMatching(/HasNoImage/), 0, { Ref: 'AWS::NoValue' }],
      })
      expect(service.Properties['DeploymentConfiguration']).toMatchObject({
        DeploymentCircuitBreaker: { Enable: true, Rollback: true },
        Alarms: { Enable: true, Rollback: true },
        MinimumHealthyPercent: 100,
        MaximumPercent: 200,
      })
    }
    const { min, max } = app.config.shape.task
    for (const target of app.of('AWS::ApplicationAutoScaling::ScalableTarget')) {
      expect(target.Properties['MinCapacity']).toEqual({
        'Fn::If': [expect.stringMatching(/HasNoImage/), 0, min],
      })
      expect(target.Properties['MaxCapacity']).toBe(max)
    }
  })

  it('runs tasks as nobody, on a file system that cannot be written, without a secret in sight', () => {
    for (const task of app.of('AWS::ECS::TaskDefinition')) {
      expect(task.Properties['RuntimePlatform']).toMatchObject({ CpuArchitecture: 'ARM64' })
      for (const container of listOf(task.Properties['ContainerDefinitions'])) {
        expect(container).toMatchObject({ User: 'node', ReadonlyRootFilesystem: true })
        const plain = listOf(field(container, 'Environment')).map(one => String(field(one, 'Name')))
        expect(plain.filter(one => /PASSWORD|SECRET\b|TOKEN|APP_KEY|OAUTH/.test(one))).toEqual([])
      }
    }
  })

  it('routes the API to the backend and everything else to the frontend', () => {
    const [rule, ...others] = app.of('AWS::ElasticLoadBalancingV2::ListenerRule')
    expect(others).toEqual([])
    expect(rule?.Properties['Conditions']).toMatchObject([
      { Field: 'path-pattern', PathPatternConfig: { Values: ['/api/*'] } },
    ])
    const checks = app
      .of('AWS::ElasticLoadBalancingV2::TargetGroup')
      .map(one => [one.Properties['Name'], one.Properties['HealthCheckPath']])
    expect(checks).toEqual([
      ['bp-backend', '/api/live'],
      ['bp-frontend', '/up'],
    ])
  })

  it('writes down who came, in a bucket that the load balancer may write to', () => {
    const [door] = app.of('AWS::ElasticLoadBalancingV2::LoadBalancer')
    const bucket = names.buckets.access(app.config.account)
    expect(door?.Properties['LoadBalancerAttributes']).toEqual(
      expect.arrayContaining([
        { Key: 'access_logs.s3.bucket', Value: bucket },
        { Key: 'routing.http.drop_invalid_header_fields.enabled', Value: 'true' },
        { Key: 'idle_timeout.timeout_seconds', Value: '120' },
      ]),
    )
    expect(app.text).toContain('logdelivery.elasticloadbalancing.amazonaws.com')
  })

  it('keeps every file closed: no public bucket, no plain HTTP', () => {
    const buckets = app.of('AWS::S3::Bucket')
    expect(buckets.map(one => one.Properties['BucketName'])).toEqual(
      ['access', 'media', 'models', 'logs'].map(one => `bp-${one}-${app.config.account}`),
    )
    for (const bucket of buckets)
      expect(bucket.Properties['PublicAccessBlockConfiguration']).toEqual({
        BlockPublicAcls: true,
        BlockPublicPolicy: true,
        IgnorePublicAcls: true,
        RestrictPublicBuckets: true,
      })
    expect(app.of('AWS::S3::BucketPolicy')).toHaveLength(buckets.length)
    for (const policy of app.of('AWS::S3::BucketPolicy'))
      expect(JSON.stringify(policy.Properties)).toContain('"aws:SecureTransport":"false"')
  })

  it('lets browsers of the app alone read and send files', () => {
    const origins = app
      .of('AWS::S3::Bucket')
      .flatMap(one => listOf(field(one.Properties, 'CorsConfiguration', 'CorsRules')))
      .flatMap(one => listOf(field(one, 'AllowedOrigins')))
    expect([...new Set(origins)]).toEqual([
      name === 'recommended'
        ? 'https://app.example.com'
        : 'http://bp-*.us-east-1.elb.amazonaws.com',
    ])
  })

  it('protects the database: encrypted, TLS only, never deleted by a deploy', () => {
    const [database, ...others] = app.of('AWS::RDS::DBInstance')
    expect(others).toEqual([])
    expect(database).toMatchObject({ DeletionPolicy: 'Snapshot', UpdateReplacePolicy: 'Snapshot' })
    expect(database?.Properties).toMatchObject({
      DBInstanceIdentifier: 'bp-db',
      Engine: 'mariadb',
      EngineVersion: expect.stringMatching(/^11\.8\.\d+$/),
      Port: '3307',
      DeletionProtection: true,
      StorageEncrypted: true,
      PubliclyAccessible: false,
      AllocatedStorage: '20',
      MaxAllocatedStorage: 100,
    })
    expect(app.of('AWS::RDS::DBParameterGroup')[0]?.Properties['Parameters']).toMatchObject({
      character_set_server: 'utf8mb4',
      require_secure_transport: '1',
      binlog_format: 'ROW',
    })
  })

  it('speaks to the cache by TLS and with a token that stands in no template', () => {
    const [cache] = app.of('AWS::ElastiCache::ReplicationGroup')
    expect(cache?.Properties).toMatchObject({
      ReplicationGroupId: 'bp-cache',
      TransitEncryptionEnabled: true,
      AtRestEncryptionEnabled: true,
    })
    expect(JSON.stringify(cache?.Properties['AuthToken'])).toContain('{{resolve:secretsmanager:')
  })

  it('makes the secrets of the guide, that of a CDN only where there is one', () => {
    const { mediaSigningKey, ...always } = names.secrets
    const wanted = [
      ...Object.values(always),
      ...(app.config.mediaPublicKey === undefined ? [] : [mediaSigningKey]),
    ]
    expect(
      app
        .of('AWS::SecretsManager::Secret')
        .map(one => String(one.Properties['Name']))
        .toSorted(),
    ).toEqual(wanted.toSorted())
  })

  it('keeps what runs in CloudFormation out of Lambda', () => {
    const custom = app.resources.filter(one =>
      /^(Custom::|AWS::CloudFormation::Cust)/.test(one.Type),
    )
    expect(custom.map(one => one.id)).toEqual([])
  })

  it('gives every role the boundary, and every resource with tags the project', () => {
    const free = app.of('AWS::IAM::Role').filter(one => !one.Properties['PermissionsBoundary'])
    expect(free.map(one => `${one.stack}/${one.id}`)).toEqual([])
    const [vpc] = app.of('AWS::EC2::VPC')
    expect(vpc?.Properties['Tags']).toEqual(
      expect.arrayContaining([{ Key: 'Project', Value: 'bp' }]),
    )
  })

  it('names a budget that speaks at 50, 80, 100 percent and by forecast', () => {
    const [budget] = app.of('AWS::Budgets::Budget')
    const said = listOf(budget?.Properties['NotificationsWithSubscribers']).map(one => [
      field(one, 'Notification', 'NotificationType'),
      field(one, 'Notification', 'Threshold'),
    ])
    expect(said).toEqual([
      ['ACTUAL', 50],
      ['ACTUAL', 80],
      ['ACTUAL', 100],
      ['FORECASTED', 100],
    ])
  })
})

describe('the checks inside a synth', () => {
  const build = () => buildApp(readConfig(documents.recommended), { context: flags() })

  it('stop a deploy that would open a door', () => {
    const app = build()
    const stack = app.node.findChild(names.stacks.data)
    new CfnBucket(stack, 'Open', {})
    expect(() => app.synth()).toThrow('server access logs')
  })

  it('stop a role that may do everything', () => {
    const app = build()
    const stack = app.node.findChild(names.stacks.compute)
    new ManagedPolicy(stack, 'Everything', {
      statements: [new PolicyStatement({ actions: ['*'], resources: ['*'] })],
    })
    expect(() => app.synth()).toThrow('wildcard permissions')
  })
})

describe('options', () => {
  const [, recommended] = both[0]
  const [, cheapest] = both[1]

  it('with a certificate everybody is sent to HTTPS; without one it is said aloud', () => {
    const portsOf = (app: Synthesized) =>
      app.of('AWS::ElasticLoadBalancingV2::Listener').map(one => one.Properties['Protocol'])
    expect(portsOf(recommended)).toEqual(['HTTP', 'HTTPS'])
    expect(portsOf(cheapest)).toEqual(['HTTP'])
  })

  it('media come through the CDN only on signed links; without a key there is no CDN', () => {
    const [cdn] = recommended.of('AWS::CloudFront::Distribution')
    expect(
      listOf(
        field(cdn?.Properties, 'DistributionConfig', 'DefaultCacheBehavior', 'TrustedKeyGroups'),
      ),
    ).toHaveLength(1)
    // What a link asks of the answer has to reach S3, and nothing that is shown may run.
    const policies = JSON.stringify([
      ...recommended.of('AWS::CloudFront::CachePolicy'),
      ...recommended.of('AWS::CloudFront::ResponseHeadersPolicy'),
    ])
    for (const wanted of ['response-content-disposition', 'response-content-type', 'sandbox;'])
      expect(policies).toContain(wanted)
    expect(recommended.of('AWS::CloudFront::OriginAccessControl')).toHaveLength(1)
    expect(cheapest.of('AWS::CloudFront::Distribution')).toEqual([])
  })

  it('a regional NAT gateway is the way out of both private subnets', () => {
    const app = synthesize({ ...documents.cheapest, nat: 'regional' })
    const [gateway] = app.of('AWS::EC2::NatGateway')
    expect(gateway?.Properties['AvailabilityMode']).toBe('regional')
    const routes = app.of('AWS::EC2::Route').filter(one => one.Properties['NatGatewayId'])
    expect(routes).toHaveLength(2)
  })

  it('without a way out tasks reach by endpoints what they ask AWS for, and nobody else comes in there', () => {
    const app = synthesize({ ...documents.cheapest, nat: 'none' })
    for (const type of ['AWS::EC2::NatGateway', 'AWS::EC2::Instance', 'AWS::EC2::EIP'])
      expect(app.of(type)).toEqual([])
    const endpoints = app.of('AWS::EC2::VPCEndpoint')
    const services = endpoints.map(one => {
      const text = JSON.stringify(one.Properties['ServiceName'])
      return /[.]((?:ecr[.])?[a-z0-9]+)"/.exec(text)?.[1] ?? text
    })
    expect(services.toSorted()).toEqual([
      'autoscaling',
      'dynamodb',
      'ec2',
      'ecr.api',
      'ecr.dkr',
      'logs',
      'monitoring',
      's3',
      'secretsmanager',
      'ssm',
      'ssmmessages',
    ])
    // What the roles of tasks may call, an endpoint leads to. S3 has a gateway; IAM and STS are not called by tasks.
    const called = new Set(
      app
        .of('AWS::IAM::Policy', names.stacks.compute)
        .flatMap(one => [
          ...JSON.stringify(one.Properties).matchAll(/"([a-z0-9-]+):[A-Z][A-Za-z]+"/g),
        ])
        .map(([, service = '']) => service),
    )
    const by: Readonly<Record<string, string>> = {
      cloudwatch: 'monitoring',
      ecr: 'ecr.api',
    }
    expect([...called].filter(one => !services.includes(by[one] ?? one))).toEqual([])
    expect(reaches(app, 'bp-endpoints')).toEqual(['bp-backend:443', 'bp-frontend:443'])
  })

  it('without a repository no role for workflows is made', () => {
    const { github, ...rest } = documents.cheapest
    const app = synthesize(rest)
    expect(github.repository_id).toBe('2')
    expect(app.of('AWS::IAM::OIDCProvider')).toEqual([])
  })
})
