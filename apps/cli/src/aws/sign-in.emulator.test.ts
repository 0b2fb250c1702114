import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { CreateSecretCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { names } from '@bp/contracts/names'
import { startEmulatedAws, type EmulatedAws } from '../../test/emulated-aws.ts'

const bin = join(import.meta.dirname, '../../bin/bp.ts')
const backendBin = join(import.meta.dirname, '../../../backend/bin/backend.ts')
const appKey = 'hT9wq2LmVz8RkX4cNb7yPd3sQe5uJa1f'

let aws: EmulatedAws
let folder: string
let backend: ChildProcess
let url: string
beforeAll(async () => {
  aws = await startEmulatedAws()
  folder = await mkdtemp(join(tmpdir(), 'bp-sign-in-'))
  const port = await freePort()
  url = `http://127.0.0.1:${String(port)}`
  backend = spawn(process.execPath, [backendBin], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      BP_DATA: folder,
      BP_PORT: String(port),
      BP_PUBLIC_URL: url,
      BP_APP_KEY: appKey,
      // As in AWS, where no program stands on the owner's own machine.
      BP_LOCAL_ANONYMOUS: '0',
      BP_LOG_LEVEL: 'warn',
    },
  })
  // Its one line says that it listens.
  const ended = once(backend, 'exit').then(() => Promise.reject(new Error('the backend ended')))
  await Promise.race([once(backend.stdout ?? backend, 'data'), ended])
})
afterAll(async () => {
  const ended = once(backend, 'exit')
  backend.kill('SIGTERM')
  await ended
  await aws[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('a port was expected')
  return address.port
}

async function bp(...line: readonly string[]) {
  const env = { ...aws.env, CI: '1' }
  const child = spawn(process.execPath, [bin, ...line, '--json'], {
    cwd: folder,
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString()))
  child.stderr.on('data', (piece: Buffer) => (err += piece.toString()))
  const code = await new Promise<number | null>(resolve => child.once('close', resolve))
  expect(out + err).not.toContain(appKey)
  return { code, answer: JSON.parse(out) }
}

it('opens an installation in AWS to whoever may read its application key', async () => {
  const early = await bp('open', '--aws')
  expect(early).toMatchObject({ code: 3, answer: { error: { code: 'not_deployed' } } })

  const settings = {
    endpoint: aws.env['AWS_ENDPOINT_URL'] ?? '',
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  }
  const parameters = new SSMClient(settings)
  const secrets = new SecretsManagerClient(settings)
  const Name = names.parameters.shared('compute', 'api-url')
  await parameters.send(new PutParameterCommand({ Name, Value: url, Type: 'String' }))
  await secrets.send(new CreateSecretCommand({ Name: names.secrets.appKey, SecretString: appKey }))
  parameters.destroy()
  secrets.destroy()

  const opened = await bp('open', '--aws', '--no-browser')
  expect(opened.code).toBe(0)
  expect(opened.answer.data.url).toMatch(new RegExp(`^${url}/start#[\\w-]{43}$`))

  const asked = await bp('api', '--aws', 'GET', '/api/v1/admin/fleets')
  expect(asked).toMatchObject({ code: 0, answer: { data: { data: expect.any(Array) } } })
  expect((await fetch(`${url}/api/v1/admin/fleets`)).status).toBe(401)

  const wrong = await bp('api', '--aws', 'POST', '/api/v1/jobs', '--data', '{}')
  expect(wrong.code).toBe(5)
})
