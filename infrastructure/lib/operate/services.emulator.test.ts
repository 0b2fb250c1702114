import { once } from 'node:events'
import { createServer } from 'node:http'
import {
  CloudWatchClient,
  PutMetricAlarmCommand,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch'
import {
  CreateRepositoryCommand,
  DescribeImagesCommand,
  ECRClient,
  PutImageCommand,
} from '@aws-sdk/client-ecr'
import {
  CreateClusterCommand,
  CreateServiceCommand,
  DescribeServicesCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
} from '@aws-sdk/client-ecs'
import { SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { names } from '@bp/contracts/names'
import { playWorkflow } from '../../emulate/play-workflow.ts'
import { findParameter, writeParameter } from './parameter.ts'
import { pushSbom } from './push-images.ts'
import { release, type Release } from './release.ts'
import { findRevision, findService, serviceNames } from './service.ts'
import { tagOf } from './task-revision.ts'
import { openEmulated, type Emulated } from './testing/emulated.ts'

const [first, second] = ['aaaaaaa1', 'bbbbbbb2'] as const
const alarm = names.alarms.p1('site-errors')

let emulated: Emulated
let up: 200 | 503 = 200
let hosts: string[] = []
const server = createServer((request, response) => {
  hosts.push(request.headers.host ?? '')
  response.writeHead(up).end(up === 200 ? '{"status":"ok"}' : 'the database is not of this release')
})
const scalings: unknown[] = []
const said: string[] = []

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  emulated = await openEmulated()
  const { ecr, ecs, ssm } = clouds()
  await ecs.send(new CreateClusterCommand({ clusterName: names.cluster }))
  for (const service of serviceNames) {
    const repositoryName = names.repositories[service]
    await ecr.send(new CreateRepositoryCommand({ repositoryName, imageTagMutability: 'IMMUTABLE' }))
    for (const imageTag of [first, second])
      await ecr.send(
        new PutImageCommand({
          repositoryName,
          imageTag,
          imageManifest: JSON.stringify({ schemaVersion: 2, of: imageTag }),
        }),
      )
    await ecs.send(
      new RegisterTaskDefinitionCommand({
        family: names.services[service],
        requiresCompatibilities: ['FARGATE'],
        networkMode: 'awsvpc',
        cpu: '256',
        memory: '512',
        containerDefinitions: [
          {
            name: service,
            image: `000000000000.dkr.ecr.us-east-1.amazonaws.com/${repositoryName}:none`,
            environment: [
              { name: 'PORT', value: '1' },
              { name: 'BP_COMMIT', value: 'none' },
            ],
          },
        ],
      }),
    )
    await ecs.send(
      new CreateServiceCommand({
        cluster: names.cluster,
        serviceName: names.services[service],
        taskDefinition: names.services[service],
        desiredCount: 0,
        launchType: 'FARGATE',
      }),
    )
    await writeParameter(ssm, names.parameters.image(service), 'none')
  }
  await writeParameter(ssm, names.parameters.shared('compute', 'api-url'), 'http://bp.example.com')
  await writeParameter(ssm, names.parameters.shared('compute', 'load-balancer-host'), 'lb.invalid')
}, 120_000)
afterAll(async () => {
  server.close()
  await emulated[Symbol.asyncDispose]()
})

function clouds() {
  const { settings } = emulated
  return {
    cloudwatch: new CloudWatchClient(settings),
    ecr: new ECRClient(settings),
    ecs: new ECSClient(settings),
    ssm: new SSMClient(settings),
    setScaling: async (...scaling: unknown[]) => void scalings.push(scaling),
  }
}

function asked(change: Partial<Release> = {}): Release {
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  const soon = { everyMs: 20, withinMs: 30_000 }
  return {
    services: serviceNames,
    tag: first,
    tasks: { min: 2, max: 6 },
    steady: soon,
    healthy: soon,
    quiet: { everyMs: 20, withinMs: 60 },
    connect: `127.0.0.1:${port}`,
    ...change,
  }
}

async function state() {
  const { ecs, ssm } = clouds()
  const { services = [] } = await ecs.send(
    new DescribeServicesCommand({
      cluster: names.cluster,
      services: Object.values(names.services),
    }),
  )
  const found: Record<string, unknown> = {}
  for (const { serviceName = '', desiredCount, taskDefinition = '' } of services) {
    const definition = await findRevision(ecs, taskDefinition)
    const pointer = await findParameter(ssm, names.parameters.image(serviceName.slice(3)))
    found[serviceName] = { desiredCount, tag: tagOf(definition), pointer }
  }
  return found
}
const say = (sentence: string) => void said.push(sentence)

describe('releasing images on the emulator', () => {
  it('refuses a tag that the registry has not, and changes nothing', async () => {
    const before = await state()
    await expect(release(clouds(), asked({ tag: 'ccccccc3' }), say)).rejects.toMatchObject({
      code: 'no_image',
    })
    expect(await state()).toEqual(before)
  })

  it('goes back to nothing when the first image is not healthy', async () => {
    up = 503
    const unhealthy = asked({ healthy: { everyMs: 20, withinMs: 60 } })
    await expect(release(clouds(), unhealthy, say)).rejects.toMatchObject({
      code: 'not_healthy',
      remedy: expect.stringContaining('run_migrations'),
    })
    up = 200
    expect(await state()).toEqual({
      'bp-backend': { desiredCount: 0, tag: 'none', pointer: 'none' },
      'bp-frontend': { desiredCount: 0, tag: 'none', pointer: 'none' },
    })
    expect(scalings).toEqual([
      ['backend', 2, 6],
      ['frontend', 2, 6],
      ['frontend', 0, 6],
      ['backend', 0, 6],
    ])
  })

  it('starts the services with the first image, and asks by the public name', async () => {
    hosts = []
    expect(await release(clouds(), asked(), say)).toEqual({
      tag: first,
      services: [
        { service: 'backend', previous: 'none', standsStill: false },
        { service: 'frontend', previous: 'none', standsStill: false },
      ],
    })
    expect(await state()).toEqual({
      'bp-backend': { desiredCount: 2, tag: first, pointer: first },
      'bp-frontend': { desiredCount: 2, tag: first, pointer: first },
    })
    expect(new Set(hosts)).toEqual(new Set(['bp.example.com']))
    const { ecs } = clouds()
    const revision = (await findService(ecs, 'backend')).taskDefinition ?? ''
    const { containerDefinitions, cpu } = await findRevision(ecs, revision)
    expect(cpu).toBe('256')
    expect(containerDefinitions?.[0]?.environment).toEqual([
      { name: 'PORT', value: '1' },
      { name: 'BP_COMMIT', value: first },
    ])
  })

  it('goes back to the previous image when an alarm begins to ring', async () => {
    const { cloudwatch } = clouds()
    await cloudwatch.send(
      new PutMetricAlarmCommand({
        AlarmName: alarm,
        Namespace: 'x',
        MetricName: 'x',
        Statistic: 'Sum',
        Period: 60,
        EvaluationPeriods: 1,
        Threshold: 1,
        TreatMissingData: 'ignore',
        ComparisonOperator: 'GreaterThanThreshold',
      }),
    )
    const ring = (StateValue: 'ALARM' | 'OK') =>
      cloudwatch.send(new SetAlarmStateCommand({ AlarmName: alarm, StateValue, StateReason: 'x' }))
    await ring('OK')
    let rings: Promise<unknown> | undefined
    const listening = (sentence: string) => {
      said.push(sentence)
      if (sentence.startsWith('Watches')) rings = ring('ALARM')
    }
    const watched = asked({ tag: second, quiet: { everyMs: 100, withinMs: 10_000 } })
    await expect(release(clouds(), watched, listening)).rejects.toMatchObject({ code: 'alarms' })
    await rings
    expect(await state()).toEqual({
      'bp-backend': { desiredCount: 2, tag: first, pointer: first },
      'bp-frontend': { desiredCount: 2, tag: first, pointer: first },
    })
  })

  it('does not mind an alarm that rang before', async () => {
    await release(clouds(), asked({ tag: second, services: ['frontend'] }), say)
    expect(await state()).toEqual({
      'bp-backend': { desiredCount: 2, tag: first, pointer: first },
      'bp-frontend': { desiredCount: 2, tag: second, pointer: second },
    })
  })

  it('puts a list of parts beside an image, once', async () => {
    const { ecr } = clouds()
    const image = { service: 'backend', tag: first } as const
    for (let round = 0; round < 2; round += 1)
      await pushSbom(ecr, image, Buffer.from('{"bomFormat":"CycloneDX"}'), say)
    const { imageDetails = [] } = await ecr.send(
      new DescribeImagesCommand({ repositoryName: names.repositories.backend }),
    )
    const tags = imageDetails.flatMap(({ imageTags = [] }) => imageTags)
    expect(tags.toSorted()).toEqual([first, second, `sbom-${first}`].toSorted())
  })

  it('is what the Deploy workflow does with an image that was pushed already', async () => {
    const { emulator } = emulated
    const { ok, log } = await playWorkflow({
      workflow: 'deploy.yml',
      inputs: { services: 'frontend', run_migrations: 'false', tag: first },
      env: emulator.env,
      vars: {
        BP_AWS_ACCOUNT_ID: emulator.account,
        BP_AWS_REGION: emulator.region,
        BP_INFRA_CONFIG_JSON: '{"alert_email":"ops@example.com","budget_usd_month":1}',
        BP_DEPLOY_QUIET_MINUTES: '0.01',
        BP_DEPLOY_CONNECT: asked().connect ?? '',
      },
    })
    expect(log).toContain(`In service: frontend ${second} → ${first}.`)
    expect(log).not.toContain('build-images')
    expect(ok, log).toBe(true)
    expect(await state()).toMatchObject({ 'bp-frontend': { tag: first, pointer: first } })
  })
})
