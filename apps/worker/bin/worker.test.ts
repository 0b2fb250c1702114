import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startImds } from '@bp/testkit/imds'
import { DemoEngine } from '../src/testing/demo-engine.ts'
import { FakeBackend } from '../src/testing/fake-backend.ts'
import { plainPicture } from '../src/testing/graphs.ts'

const bin = fileURLToPath(new URL('worker.ts', import.meta.url))

let folder: string
let backend: FakeBackend
let engine: DemoEngine
const children: ChildProcessWithoutNullStreams[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bp-worker-bin-'))
  backend = await FakeBackend.start()
  engine = await DemoEngine.start(join(folder, 'engine'))
})
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  await engine[Symbol.asyncDispose]()
  await backend[Symbol.asyncDispose]()
  await rm(folder, { recursive: true, force: true })
})

function start(args: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const child = spawn(process.execPath, [bin, ...args], { env: { ...process.env, ...env } })
  children.push(child)
  const output: string[] = []
  child.stdout.on('data', chunk => output.push(String(chunk)))
  child.stderr.on('data', chunk => output.push(String(chunk)))
  const exited = once(child, 'exit').then(([code]) => ({
    code: code as number,
    text: output.join(''),
  }))
  return { child, exited, said: () => output.join('') }
}
const launch = (more: Record<string, unknown> = {}) => {
  const started = start(['--launch-stdin'])
  const line = {
    url: backend.url,
    stage: 'production',
    fleet: 'local',
    launch: null,
    secret: backend.secret,
    engine_url: engine.url,
    instance: 'local-1',
    data_folder: join(folder, 'data'),
    engine_folder: engine.folder,
    ...more,
  }
  started.child.stdin.write(`${JSON.stringify(line)}\n`)
  return started
}

describe('the worker process', () => {
  it('finishes what runs on SIGTERM, and ends with 0', async () => {
    const worker = launch()
    await engine.faults({ slowNodeMs: 600 })
    const job = backend.submit({ graph: plainPicture() })
    await expect.poll(() => engine.isIdle(), { timeout: 10_000 }).toBe(false)
    worker.child.kill('SIGTERM')
    expect((await backend.ended(job)).kind).toBe('complete')
    expect((await worker.exited).code).toBe(0)
    expect(backend.bodies('workers.drained')).toHaveLength(1)
    expect((await worker.exited).text).not.toContain(backend.secret)
  })

  it('gives back what runs on a second signal', async () => {
    const worker = launch()
    await engine.faults({ slowNodeMs: 30_000 })
    const job = backend.submit({ graph: plainPicture() })
    await expect.poll(() => engine.isIdle(), { timeout: 10_000 }).toBe(false)
    worker.child.kill('SIGTERM')
    worker.child.kill('SIGINT')
    expect(await backend.ended(job)).toEqual({ kind: 'release', reason: 'shutdown' })
    expect((await worker.exited).code).toBe(0)
  })

  it('works again after it was killed and started anew', async () => {
    const first = launch()
    await engine.faults({ slowNodeMs: 30_000 })
    backend.submit({ graph: plainPicture() })
    await expect.poll(() => engine.isIdle(), { timeout: 10_000 }).toBe(false)
    first.child.kill('SIGKILL')
    await first.exited
    await engine.restart()
    launch()
    const job = backend.submit({ graph: plainPicture() })
    expect((await backend.ended(job)).kind).toBe('complete')
  })

  it('says all that is wrong with its configuration, and ends with 2', async () => {
    const ended = await launch({ url: 'nowhere', fleet: 'X' }).exited
    expect(ended).toMatchObject({ code: 2 })
    expect(ended.text).toContain('url:')
    expect(ended.text).toContain('fleet:')
    const garbled = start(['--launch-stdin'])
    garbled.child.stdin.end('{ no json\n')
    expect((await garbled.exited).code).toBe(2)
    const empty = start([], { BP_WORKER_URL: backend.url })
    expect((await empty.exited).code).toBe(2)
    expect((await start(['--nonsense']).exited).code).toBe(2)
  })

  it('ends with 3 when the backend refuses it', async () => {
    const ended = await launch({ secret: 'wrong' }).exited
    expect(ended.code).toBe(3)
  })

  it('on a machine asks who it is, and waits for its secret', async () => {
    await using imds = await startImds({
      instanceId: 'i-0123456789abcdef0',
      instanceType: 'g6.xlarge',
      az: 'us-east-1b',
      lifeCycle: 'on-demand',
    })
    const secretFile = join(folder, 'fleet-secret')
    Object.assign(backend, { secret: 'mgN7zqXk2vRt9LwPb4cYh6Ds' })
    const machine = {
      BP_WORKER_URL: backend.url,
      BP_WORKER_STAGE: 'production',
      BP_WORKER_FLEET: 'portraits',
      BP_WORKER_SECRET_FILE: secretFile,
      BP_WORKER_ENGINE_URL: engine.url,
      BP_WORKER_DATA: join(folder, 'machine'),
      BP_IMDS_URL: imds.url,
    }
    await writeFile(secretFile, 'changeme')
    const worker = start(['--machine'], machine)
    await expect.poll(worker.said, { timeout: 15_000 }).toContain('"backend.unanswered"')
    expect(worker.said()).toContain('holds no fleet secret')
    expect(backend.bodies('workers.register')).toEqual([])
    await writeFile(secretFile, `${backend.secret}\n`)
    const job = backend.submit({ graph: plainPicture() })
    expect((await backend.ended(job)).kind).toBe('complete')
    expect(backend.bodies('workers.register')).toMatchObject([
      {
        fleet: 'portraits',
        launch: null,
        instance: 'i-0123456789abcdef0',
        machine: { market: 'on_demand', az: 'us-east-1b', instance_type: 'g6.xlarge' },
      },
    ])
    worker.child.kill('SIGTERM')
    const { code, text } = await worker.exited
    expect(code).toBe(0)
    expect(text).not.toContain(backend.secret)

    const nowhere = await start(['--machine'], { ...machine, BP_WORKER_STAGE: '' }).exited
    expect(nowhere).toMatchObject({ code: 2 })
    expect(nowhere.text).toContain('stage: is missing')
    await writeFile(secretFile, 'Qe5uJf8aTx3nVy1oKi0rGw7Z')
    expect((await start(['--machine'], machine).exited).code).toBe(3)
  }, 60_000)

  it('helps', async () => {
    const ended = await start(['--help']).exited
    expect(ended.code).toBe(0)
    expect(ended.text).toContain('BP_WORKER_ENGINE_URL')
  })
})
