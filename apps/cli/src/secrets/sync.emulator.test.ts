import { spawn, type ChildProcess } from 'node:child_process'
import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CreateClusterCommand,
  CreateServiceCommand,
  ECSClient,
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
} from '@aws-sdk/client-ecs'
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import {
  DeleteParameterCommand,
  GetParameterHistoryCommand,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { stages } from '@bp/contracts/fleets'
import { names } from '@bp/contracts/names'
import { openBorder, startEmulatedAws, type EmulatedAws } from '../../test/emulated-aws.ts'

const bin = join(import.meta.dirname, '../../bin/bp.ts')
const door = join(import.meta.dirname, '../../../../infrastructure/scripts/sync-env-to-aws.sh')
/** Stands in every value that a test writes into a file, and must be found in no output. */
const canary = 'cAnAryQ8zr'
const value = (n: number) => `${canary}-w2LmVz${String(n)}RkX4cNb7yPd3sQe5uJa1f`
const made = 'kP7xWm3RtYq9ZsLdVb5NcFg2HjTe8Au4kP6xWm1RtYq0ZsLdVbNcFgHjTeAuOiEr'
const placeholder = 'changeme'
const [staging, production] = stages.words.map(names.parameters.fleetSecret)

let aws: EmulatedAws
let secrets: SecretsManagerClient
let parameters: SSMClient
let services: ECSClient
let folder: string
beforeAll(async () => {
  aws = await startEmulatedAws()
  const settings = {
    endpoint: aws.env['AWS_ENDPOINT_URL'] ?? '',
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  secrets = new SecretsManagerClient(settings)
  parameters = new SSMClient(settings)
  services = new ECSClient(settings)
  await services.send(new CreateClusterCommand({ clusterName: names.cluster }))
  folder = await mkdtemp(join(tmpdir(), 'bp-secrets-'))
})
afterAll(async () => {
  secrets.destroy()
  parameters.destroy()
  services.destroy()
  await aws[Symbol.asyncDispose]()
  await rm(folder, { recursive: true })
})

/** As bp-data leaves them: a random application key, and an object without a provider. */
beforeEach(async () => {
  for (const [path, text] of [
    [names.secrets.appKey, made],
    [names.secrets.oauth, '{"unused":"x"}'],
  ]) {
    const gone = new DeleteSecretCommand({ SecretId: path, ForceDeleteWithoutRecovery: true })
    await secrets.send(gone).catch(() => undefined)
    await secrets.send(new CreateSecretCommand({ Name: path, SecretString: text }))
  }
  for (const path of [staging, production])
    await parameters.send(new DeleteParameterCommand({ Name: path })).catch(() => undefined)
})

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs a command without a terminal. What it printed never holds a value: neither the file's nor one that AWS holds. */
async function runProcess(
  command: readonly [string, ...string[]],
  env: Readonly<Record<string, string>>,
  onStart: (child: ChildProcess) => void = () => undefined,
): Promise<Ended> {
  const child = spawn(command[0], command.slice(1), {
    cwd: folder,
    env: { ...env, CI: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  onStart(child)
  let out = ''
  let err = ''
  child.stdout?.on('data', (piece: Buffer) => (out += piece.toString()))
  child.stderr?.on('data', (piece: Buffer) => (err += piece.toString()))
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  const held = await holds()
  for (const text of [canary, made, ...held.values]) expect(out + err).not.toContain(text)
  return { code, out, err }
}
const sync = (
  args: readonly string[] = [],
  env = aws.env,
  onStart?: (child: ChildProcess) => void,
) => runProcess([process.execPath, bin, 'secrets', 'sync', ...args], env, onStart)

async function file(lines: readonly string[]): Promise<string> {
  const path = join(folder, 'aws.env')
  await writeFile(path, `${lines.join('\n')}\n`)
  await chmod(path, 0o600)
  return path
}

async function readHistory(path: string | undefined) {
  const command = new GetParameterHistoryCommand({ Name: path, WithDecryption: true })
  const { Parameters = [] } = await parameters.send(command).catch(() => ({ Parameters: [] }))
  return Parameters
}
async function readSecret(path: string): Promise<string> {
  const { SecretString } = await secrets.send(new GetSecretValueCommand({ SecretId: path }))
  return SecretString ?? ''
}

/** Everything that AWS holds, and the values long enough to be told from a word. */
async function holds() {
  const fleets = [await readHistory(staging), await readHistory(production)]
  const appKey = await readSecret(names.secrets.appKey)
  const oauth = await readSecret(names.secrets.oauth)
  const texts = fleets.flat().map(({ Value = '' }) => Value)
  return {
    appKey,
    oauth,
    fleets: fleets.map(versions =>
      versions.map(({ Version, Type, Value, Labels = [] }) => ({
        version: Version,
        type: Type,
        value: Value,
        labels: [...Labels].toSorted(),
      })),
    ),
    values: [appKey, ...texts].filter(text => text.length >= 16),
  }
}
const version = (n: number, ...labels: readonly string[]) => ({
  version: n,
  type: 'SecureString',
  value: expect.stringMatching(/^[0-9a-f]{64}$/),
  labels,
})
const actions = (ended: Ended) =>
  JSON.parse(ended.out).data.secrets.map(({ action }: { action: string }) => action)

describe('bp secrets sync', () => {
  it('makes what is not there, then changes nothing', async () => {
    const dry = await sync(['--dry-run', '--json'])
    expect(dry.code, dry.err).toBe(0)
    expect((await holds()).fleets).toEqual([[], []])

    const first = await sync(['--json'])
    expect(first.code).toBe(0)
    expect(actions(first)).toEqual(['keep', 'keep', 'keep', 'set', 'set'])
    expect(actions(first)).toEqual(actions(dry))
    const after = await holds()
    expect(after.appKey).toBe(made)
    expect(after.fleets).toEqual([[version(1, 'current')], [version(1, 'current')]])

    const second = await sync(['--json'])
    expect(actions(second)).toEqual(['keep', 'keep', 'keep', 'keep', 'keep'])
    expect(await holds()).toEqual(after)
  })

  it('takes the values of a file, and overwrites none without --rotate', async () => {
    const path = await file([
      `BP_FLEET_SECRET_STAGING=${value(1)}`,
      'BP_OAUTH_GOOGLE_CLIENT_ID=123.apps.googleusercontent.com',
      `BP_OAUTH_GOOGLE_CLIENT_SECRET=${value(2)}`,
    ])
    expect((await sync(['--file', path])).code).toBe(0)
    const after = await holds()
    expect(after.fleets[0]?.[0]?.value).toBe(value(1))
    expect(JSON.parse(after.oauth)).toEqual({
      google: { client_id: '123.apps.googleusercontent.com', client_secret: value(2) },
    })

    await file([`BP_FLEET_SECRET_STAGING=${value(3)}`, `BP_APP_KEY=${value(4)}`])
    const refused = await sync(['--file', path, '--json'])
    expect(refused.code).toBe(5)
    expect(actions(refused)).toEqual(['differs', 'keep', 'keep', 'differs', 'keep'])
    expect(await holds()).toEqual(after)

    const rotated = await sync(['--file', path, '--rotate', 'app-key', '--rotate', 'fleet-staging'])
    expect(rotated.code, rotated.err).toBe(0)
    const now = await holds()
    expect(now.appKey).toBe(value(4))
    expect(now.fleets[0]).toMatchObject([
      { value: value(1), labels: ['previous'] },
      { value: value(3), labels: ['current'] },
    ])
  })

  it('brings a signing key where a CDN waits for one', async () => {
    const { mediaSigningKey: SecretId } = names.secrets
    const keyFile = join(folder, 'media-key.pem')
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    // As `openssl ecparam` writes it.
    const pem = privateKey.export({ type: 'sec1', format: 'pem' }).toString()
    await writeFile(keyFile, pem, { mode: 0o600 })
    const path = await file([`BP_MEDIA_PRIVATE_KEY_FILE=${keyFile}`])
    const early = await sync(['--file', path, '--json'])
    expect(early.code).toBe(5)
    expect(actions(early)[2]).toBe('blocked')

    await secrets.send(new CreateSecretCommand({ Name: SecretId, SecretString: '{"unused":"x"}' }))
    try {
      expect(actions(await sync(['--file', path, '--json']))[2]).toBe('set')
      expect(createPrivateKey(await readSecret(SecretId)).equals(privateKey)).toBe(true)
      const again = await sync(['--file', path, '--json'])
      expect(actions(again)[2]).toBe('keep')
      expect(early.out + early.err + again.out + again.err).not.toContain(pem.slice(40, 80))
    } finally {
      await secrets.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }))
    }
  })

  it('refuses a placeholder before anything is written', async () => {
    const path = await file([
      `BP_FLEET_SECRET_STAGING=${canary}-changeme`,
      `BP_APP_KEY=${value(1)}`,
    ])
    const refused = await sync(['--file', path])
    expect(refused.code).toBe(5)
    expect(refused.err).toContain('BP_FLEET_SECRET_STAGING: The value is a placeholder.')
    expect((await holds()).fleets).toEqual([[], []])
  })

  it('replaces a placeholder that somebody left in AWS', async () => {
    const put = { Name: production, Value: placeholder, Type: 'SecureString' } as const
    await parameters.send(new PutParameterCommand(put))
    const changed = { SecretId: names.secrets.appKey, SecretString: placeholder }
    await secrets.send(new PutSecretValueCommand(changed))
    expect((await sync()).code).toBe(0)
    const after = await holds()
    expect(after.appKey).toMatch(/^[0-9a-f]{64}$/)
    expect(after.fleets[1]?.at(-1)).toEqual(version(2, 'current'))
  })

  it('says what must come first, does the rest, and does not end with 0', async () => {
    const gone = { SecretId: names.secrets.appKey, ForceDeleteWithoutRecovery: true }
    await secrets.send(new DeleteSecretCommand(gone))
    const run = spawn(process.execPath, [bin, 'secrets', 'sync'], {
      env: { ...aws.env, CI: '1' },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    let out = ''
    run.stdout.on('data', (piece: Buffer) => (out += piece.toString()))
    expect(await new Promise(resolve => run.once('close', resolve))).toBe(5)
    expect(out).toContain(`npx cdk deploy ${names.stacks.data} --exclusively`)
    expect(await readHistory(staging)).toHaveLength(1)
  })

  it('completes what an interruption left, at each write', async () => {
    await sync()
    const line = ['--rotate', 'fleet-staging', '--rotate', 'app-key']
    // The number of writes of an undisturbed rotation bounds the places where it can break off.
    await using counting = await openBorder(aws)
    expect((await sync(line, counting.env)).code).toBe(0)
    expect(counting.writes).toEqual([
      'PutSecretValue',
      'PutParameter',
      'LabelParameterVersion',
      'LabelParameterVersion',
    ])
    for (const at of counting.writes.keys()) {
      await using border = await openBorder(aws)
      let child: ChildProcess | undefined
      border.guard = n => {
        if (n < at) return true
        child?.kill('SIGKILL')
        return false
      }
      const before = await holds()
      const broken = await sync(line, border.env, started => (child = started))
      expect(broken.code).toBeNull()

      // Without an order to rotate, a second run only finishes: whatever machines read is accepted afterwards.
      expect((await sync()).code).toBe(0)
      const after = await holds()
      const newest = after.fleets[0]?.at(-1)
      const wasPut = after.fleets[0]?.length !== before.fleets[0]?.length
      expect(wasPut).toBe(at > 1)
      expect(newest?.labels).toEqual(['current'])
      const valid = after.fleets[0]?.filter(({ labels }) => labels.length > 0)
      expect(valid?.map(({ value: text }) => text)).toContain(before.fleets[0]?.at(-1)?.value)
    }
  })

  it('says which service runs with older values, and restarts it when told to', async () => {
    const family = names.services.backend
    const container = { name: 'web', image: 'none', memory: 64 }
    await services.send(
      new RegisterTaskDefinitionCommand({ family, containerDefinitions: [container] }),
    )
    const service = { cluster: names.cluster, serviceName: family, taskDefinition: family }
    await services.send(new CreateServiceCommand({ ...service, desiredCount: 1 }))
    const restarts = ({ out }: Ended) => {
      const { restart, redeployed } = JSON.parse(out).data
      return { restart, redeployed }
    }
    try {
      expect(restarts(await sync(['--json']))).toEqual({ restart: [], redeployed: [] })
      const rotated = await sync(['--rotate', 'app-key', '--json'])
      expect(restarts(rotated)).toEqual({ restart: [family], redeployed: [] })
      expect(rotated.err).toContain(`${family} runs with older values`)

      // Whoever was interrupted before the restart gets it from the next run. The emulator tells a secret's age in
      // whole seconds, so a value of the very second in which the service began may look as old as it.
      await expect
        .poll(
          async () => {
            await sync(['--rotate', 'app-key'])
            return restarts(await sync(['--redeploy', '--dry-run', '--json']))
          },
          { timeout: 30_000 },
        )
        .toEqual({ restart: [family], redeployed: [] })
      const later = await sync(['--redeploy', '--json'])
      expect(restarts(later)).toEqual({ restart: [family], redeployed: [family] })
      expect(restarts(await sync(['--json']))).toEqual({ restart: [], redeployed: [] })
    } finally {
      const stop = { cluster: names.cluster, service: family, desiredCount: 0 }
      await services.send(new UpdateServiceCommand(stop))
    }
  })

  it('refuses what it does not know', async () => {
    expect((await sync(['--rotate', 'redis'])).code).toBe(2)
    expect((await sync(['--file', 'nothing.env'])).code).toBe(3)
    const { code, err } = await sync([], { PATH: aws.env['PATH'] ?? '', HOME: folder })
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining('AWS_REGION') })
  })

  it('is what the door of the guide opens', async () => {
    const ended = await runProcess([door, '--dry-run'], aws.env)
    expect(ended.code, ended.err).toBe(0)
    expect(ended.out).toContain(staging)
    expect((await holds()).fleets).toEqual([[], []])
  })
})

describe('bp secrets ls', () => {
  it('says what is set, and shows no value', async () => {
    const ls = () => runProcess([process.execPath, bin, 'secrets', 'ls', '--json'], aws.env)
    const states = (ended: Ended) =>
      JSON.parse(ended.out).data.secrets.map(({ state }: { state: string }) => state)
    const before = await ls()
    expect(before.code, before.err).toBe(0)
    expect(states(before).slice(0, 5)).toEqual([
      'set',
      'optional',
      'optional',
      'missing',
      'missing',
    ])
    await sync()
    await sync(['--rotate', 'fleet-production'])
    const after = await ls()
    expect(states(after).slice(0, 5)).toEqual(['set', 'optional', 'optional', 'set', 'set'])
    expect(after.out).toContain('version 2; version 1 is valid as well')
  })
})
