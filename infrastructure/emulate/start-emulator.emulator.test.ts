import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { names } from '@bp/contracts/names'
import { startEmulator } from './start-emulator.ts'
import { aws, Installation, run } from './testing/installation.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bp-emulator-'))
})
afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

describe('the emulator', () => {
  it('answers the command line tool, also for the services that this tool sends elsewhere', async () => {
    await using emulator = await startEmulator({ folder: join(folder, 'plain') })
    expect(await aws(emulator, 'sts get-caller-identity', { query: 'Account' })).toBe(
      emulator.account,
    )
    for (const call of ['sqs list-queues', 'rds describe-db-instances'])
      await expect(aws(emulator, call)).resolves.not.toThrow()
    expect(await readFile(emulator.logFile, 'utf8')).toContain('added ')
  })

  it('speaks TLS that its clients trust, and refuses strangers when it checks identities', async () => {
    await using emulator = await startEmulator({
      folder: join(folder, 'tls'),
      ssl: true,
      auth: true,
    })
    expect(emulator.endpoint).toMatch(/^https:/)
    expect(await aws(emulator, 's3api list-buckets', { query: 'Buckets' })).toEqual([])
    const stranger = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'wrong' }
    const { code, said } = await run(emulator, 'aws', ['s3api', 'list-buckets'], stranger)
    expect({ code, said }).toMatchObject({ code: 255, said: expect.stringContaining('Invalid') })
  })

  it('lets the CDK deploy while identities are checked from the first call on', async () => {
    await using emulator = await startEmulator({
      folder: join(folder, 'strict'),
      ssl: true,
      auth: true,
    })
    const installation = await Installation.synthesize(emulator, join(folder, 'app'))
    await installation.bootstrap()
    expect(await installation.deploy(names.stacks.cicd)).toContain(names.stacks.cicd)
  })

  it('is gone after its end', async () => {
    const emulator = await startEmulator({ folder: join(folder, 'ended') })
    await emulator[Symbol.asyncDispose]()
    await expect
      .poll(
        () =>
          fetch(emulator.endpoint).then(
            () => 'answers',
            () => 'gone',
          ),
        { timeout: 15_000 },
      )
      .toBe('gone')
  })
})

describe('emulator.ts', () => {
  it('prints one line of JSON and lives until its input ends', async () => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'emulator.ts')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const [line] = await once(child.stdout.setEncoding('utf8'), 'data')
    const told: unknown = JSON.parse(String(line))
    expect(told).toMatchObject({ account: '000000000000', region: 'us-east-1' })
    child.stdin.end()
    const [code] = await once(child, 'close')
    expect(code).toBe(0)
  })
})

describe('the launcher', () => {
  it('passes its own tests: states of alarms, metric math, the clock', async () => {
    const python = join(import.meta.dirname, '../../.venv/bin/python')
    const child = spawn(python, ['-m', 'unittest', 'discover', '-t', '.', '-s', 'launcher/tests'], {
      cwd: import.meta.dirname,
      env: {
        PATH: process.env['PATH'],
        PYTHONDONTWRITEBYTECODE: '1',
        MINISTACK_ACCOUNT_ID: '000000000000',
        MINISTACK_REGION: 'us-east-1',
        TMPDIR: folder,
      },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'close')])
    expect({ code, said }).toMatchObject({ code: 0, said: expect.stringMatching(/Ran \d+ tests/) })
  })
})
