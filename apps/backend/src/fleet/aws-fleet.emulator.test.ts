/**
 * A fleet in the shape that it has in AWS: pointers, secrets and numbers in the emulator, and a worker on a machine that
 * knows nothing but its metadata service and a file with the fleet secret.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { CloudWatchClient, GetMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import {
  GetParameterCommand,
  LabelParameterVersionCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signFleetCall } from '@bp/contracts/fleet-signature'
import type { Stage } from '@bp/contracts/fleets'
import { names } from '@bp/contracts/names'
import type { Fleet, FleetDetail } from '@bp/contracts/shapes/fleets'
import type { Job } from '@bp/contracts/shapes/jobs'
import type { Worker } from '@bp/contracts/shapes/workers'
import { startImds, type ImdsStub } from '@bp/testkit/imds'
import { openTestEmulator, type TestEmulator } from '../../test/emulator.ts'
import { openTestBackend, type TestBackend } from '../testing/test-backend.ts'
import { openFleetSecrets } from './secrets/fleet-secrets.ts'

const secrets = {
  production: 'mgN7zqXk2vRt9LwPb4cYh6Ds',
  staging: 'Qe5uJf8aTx3nVy1oKi0rGw7Z',
} as const
const patient = { timeout: 60_000, interval: 200 }
const program = (path: string): string => join(import.meta.dirname, '../../../..', path)

describe('a fleet in AWS', () => {
  let emulator: TestEmulator
  let test: TestBackend
  let ssm: SSMClient
  let imds: ImdsStub
  let folder: string
  const stops: (() => Promise<void>)[] = []
  const lines: string[] = []

  const putSecret = async (stage: Stage, value: string, labels: readonly string[]) => {
    const Name = names.parameters.fleetSecret(stage)
    const { Version } = await ssm.send(
      new PutParameterCommand({ Name, Value: value, Type: 'SecureString', Overwrite: true }),
    )
    await ssm.send(
      new LabelParameterVersionCommand({ Name, ParameterVersion: Version, Labels: [...labels] }),
    )
  }
  /** Starts a program of another app; answers its first line. It ends with the test. */
  const run = async (path: string, args: readonly string[], env: NodeJS.ProcessEnv = {}) => {
    const child = spawn(process.execPath, [program(path), ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, ...env },
    })
    const ended = once(child, 'exit')
    stops.push(async () => {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    })
    const reader = createInterface({ input: child.stdout })
    reader.on('line', line => lines.push(line))
    const [first] = await once(reader, 'line')
    return { first: String(first), ended }
  }
  const jobOf = async (id: string) =>
    (await test.call<Job>('GET', `/api/v1/jobs/${id}`, { as: test.owner })).body
  const registerAs = (stage: Stage, bearer: string) =>
    test.call('POST', '/api/worker/v1/register', {
      bearer,
      body: {
        stage,
        fleet: 'portraits',
        launch: null,
        instance: 'i-other',
        boot_id: crypto.randomUUID(),
        protocol: 1,
        versions: {},
        hardware: { gpu: null, vram_bytes: null, ram_bytes: 1, disk_free_bytes: null },
        slots: 1,
        machine: null,
      },
    })

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bp-aws-fleet-'))
    emulator = await openTestEmulator()
    ssm = new SSMClient()
    for (const stage of ['production', 'staging'] as const)
      await putSecret(stage, secrets[stage], ['current'])
    test = await openTestBackend({
      noFleetSecret: true,
      env: { BP_POINTERS: 'ssm', BP_FLEET_SECRETS: 'ssm' },
    })
    imds = await startImds({
      instanceId: 'i-0123456789abcdef0',
      instanceType: 'g6.xlarge',
      az: 'us-east-1b',
      lifeCycle: 'spot',
    })
  })
  afterAll(async () => {
    for (const stop of stops) await stop()
    await imds.close()
    await test[Symbol.asyncDispose]()
    ssm.destroy()
    await emulator[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  })

  let job: Job
  it('is not there by itself: jobs wait, and say so', async () => {
    const { body } = await test.call<{ data: Fleet[] }>('GET', '/api/v1/admin/fleets', {
      as: test.owner,
    })
    expect(body.data).toEqual([])
    job = await test.submitBlur(test.owner)
    expect((await jobOf(job.id)).waiting).toMatchObject({ code: 'no_fleet' })
  })

  it('is made through the API, with the document that its stack is made from', async () => {
    const made = await test.call<FleetDetail>('POST', '/api/v1/admin/fleets', {
      as: test.owner,
      body: { stage: 'production', slug: 'portraits', max: 2 },
    })
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({ pointer: 'written', workflows: 1, backlog: { ready: 1 } })
    const { Parameter } = await ssm.send(
      new GetParameterCommand({ Name: names.parameters.desiredConfig('production', 'portraits') }),
    )
    expect(JSON.parse(Parameter?.Value ?? '')).toEqual(made.body.config)
    expect((await jobOf(job.id)).waiting?.code).not.toBe('no_fleet')
  })

  it('lets in by the secret of its own stage alone', async () => {
    const foreign = await registerAs('production', secrets.staging)
    expect(foreign.body).toMatchObject({ status: 401, code: 'secret_wrong' })
    const path = '/api/internal/fleets/production/portraits'
    const signedBy = async (secret: string) => {
      const call = { method: 'GET', path, body: '' }
      const authorization = await signFleetCall(secret, call, Date.now())
      return (await test.call('GET', path, { headers: { authorization } })).status
    }
    expect(await signedBy(secrets.staging)).toBe(401)
    expect(await signedBy(secrets.production)).toBe(200)
  })

  it('runs the job on a machine that knows only its metadata service and the secret', async () => {
    const engine = await run('apps/demo-engine/bin/demo-engine.ts', [
      '--port',
      '0',
      '--base-directory',
      join(folder, 'engine'),
    ])
    const { url }: { url: string } = JSON.parse(engine.first)
    const secretFile = join(folder, 'fleet-secret')
    await writeFile(secretFile, `${secrets.production}\n`, { mode: 0o400 })
    const worker = await run('apps/worker/bin/worker.ts', ['--machine'], {
      BP_WORKER_URL: test.url,
      BP_WORKER_STAGE: 'production',
      BP_WORKER_FLEET: 'portraits',
      BP_WORKER_SECRET_FILE: secretFile,
      BP_WORKER_ENGINE_URL: url,
      BP_WORKER_DATA: join(folder, 'data'),
      BP_IMDS_URL: imds.url,
    })
    await expect.poll(async () => (await jobOf(job.id)).status, patient).toBe('succeeded')
    const { body } = await test.call<{ data: Worker[] }>('GET', '/api/v1/admin/workers', {
      as: test.owner,
    })
    expect(body.data).toMatchObject([
      { instance: 'i-0123456789abcdef0', fleet: 'portraits', market: 'spot', state: 'ready' },
    ])
    const states = () =>
      lines
        .filter(line => line.includes('"event":"agent.state"'))
        .map(line => JSON.parse(line).state)
    await expect.poll(states, patient).toEqual(expect.arrayContaining(['idle', 'busy', 'idle']))
    expect(lines.join('')).not.toContain(secrets.production)

    // Spot wants it back: it takes nothing new and ends.
    imds.notice()
    const [code] = await worker.ended
    expect(code).toBe(0)
  })

  it('lets a rotation pass: the new secret opens, and so does the one before', async () => {
    const next = 'tW6bNf1cKz8mQj4hXs2vDy5R'
    const Name = names.parameters.fleetSecret('staging')
    await ssm.send(
      new LabelParameterVersionCommand({ Name, ParameterVersion: 1, Labels: ['previous'] }),
    )
    await putSecret('staging', next, ['current'])
    const fresh = openFleetSecrets(
      { fleetSecrets: 'ssm' },
      { fleetSecret: undefined },
      { ...test.backend.context, nowMs: () => performance.now() },
    )
    expect(await fresh.of('staging')).toEqual([next, secrets.staging])
  })

  it('is told of in CloudWatch, by stage and slug', async () => {
    await using another = await openTestBackend({
      folder: test.folder,
      env: { BP_POINTERS: 'ssm', BP_FLEET_SECRETS: 'ssm', BP_METRICS: 'cloudwatch' },
    })
    expect(another.backend.context.config.metrics).toBe('cloudwatch')
    await expect.poll(() => numberOf('QueueDepth'), patient).toBe(0)
    // No scaler of ours serves it, so the fallback may act.
    expect(await numberOf('ScalerHeartbeat')).toBe(0)
    expect(await numberOf('BacklogPerInstance')).toBe(0)
  })

  const numberOf = async (name: string): Promise<number | undefined> => {
    const client = new CloudWatchClient()
    const nowMs = Date.now()
    const { MetricDataResults = [] } = await client.send(
      new GetMetricDataCommand({
        StartTime: new Date(nowMs - 600_000),
        EndTime: new Date(nowMs + 60_000),
        MetricDataQueries: [
          {
            Id: 'm',
            MetricStat: {
              Metric: {
                Namespace: names.metricNamespace,
                MetricName: name,
                Dimensions: [
                  { Name: 'FleetSlug', Value: 'portraits' },
                  { Name: 'Stage', Value: 'production' },
                ],
              },
              Period: 60,
              Stat: 'Maximum',
            },
          },
        ],
      }),
    )
    client.destroy()
    return MetricDataResults[0]?.Values?.[0]
  }
})
