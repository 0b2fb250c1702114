import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startSystem } from '@bp/testkit/system'
import { startEngine } from './engine.ts'
import {
  ended,
  pidOf,
  programOn,
  running,
  setEngineFaults,
  signIn,
  submitOnePicture,
  until,
  workersOf,
} from './people.ts'

/** Long enough to be killed in the middle, short enough to wait for. */
const slowNodeMs = 1_200

describe('an accepted job is never lost', () => {
  it('runs again on a new worker when its worker is killed in the middle, and shows both attempts', async () => {
    await using system = await startSystem({ env: { BP_ENGINE_FAULTS: '1' } })
    const client = programOn(system)
    const session = await signIn(system)
    await setEngineFaults(system, { slowNodeMs })
    const { id } = await submitOnePicture(client)
    await running(client, id)

    const [worker] = await workersOf(client, session)
    process.kill(pidOf(worker ?? { instance: '' }), 'SIGKILL')
    await setEngineFaults(system, { slowNodeMs: 0 })

    const job = await ended(client, id)
    expect(job.status).toBe('succeeded')
    expect(job.attempts.map(attempt => attempt.outcome)).toEqual(['lost', 'succeeded'])
    expect(job.attempts[0]?.worker).not.toBe(job.attempts[1]?.worker)
    expect(job.outputs).toHaveLength(1)
  })

  it('survives kill −9 of the backend while it runs: the next start finishes it', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'bp-data-'))
    try {
      await using first = await startSystem({ dataFolder, env: { BP_ENGINE_FAULTS: '1' } })
      const client = programOn(first)
      await setEngineFaults(first, { slowNodeMs })
      const { id } = await submitOnePicture(client)
      const waiting = await submitOnePicture(client)
      await running(client, id)
      await first.kill()

      await using second = await startSystem({ dataFolder, env: { BP_ENGINE_FAULTS: '1' } })
      for (const each of [id, waiting.id]) {
        const job = await ended(programOn(second), each)
        expect(job.status).toBe('succeeded')
        expect(job.outputs).toHaveLength(1)
      }
    } finally {
      rmSync(dataFolder, { recursive: true, force: true })
    }
  })

  it('waits while the engine is gone, says why, and runs when it is back', async () => {
    let engine = await startEngine(0)
    const port = Number(new URL(engine.url).port)
    await using system = await startSystem({ env: { COMFYUI_URL: engine.url } })
    const client = programOn(system)
    try {
      expect((await ended(client, (await submitOnePicture(client)).id)).status).toBe('succeeded')
      await engine.kill()
      const { id } = await submitOnePicture(client)
      const why = await until(async () => {
        const { waiting } = await client.jobs.show({ params: { id } })
        return waiting?.code === 'engine_away' && waiting
      }, 'the reason engine_away')
      expect(why.text).toContain('engine')
      engine = await startEngine(port)
      expect((await ended(client, id)).status).toBe('succeeded')
    } finally {
      await engine.kill()
    }
  })

  it('runs again when the engine crashes in the middle', async () => {
    await using system = await startSystem({ env: { BP_ENGINE_FAULTS: '1' } })
    const client = programOn(system)
    await setEngineFaults(system, { crash: 1 })
    const job = await ended(client, (await submitOnePicture(client)).id)
    expect(job.status).toBe('succeeded')
    expect(job.attempts[0]?.outcome).toBe('infrastructure')
  })

  it('makes one job of many submits with one key', async () => {
    await using system = await startSystem()
    const client = programOn(system)
    const first = await submitOnePicture(client, 'the-same-key')
    const body = { effect: first.effect?.slug ?? '', input: { image: first.input_assets[0]?.id } }
    const rest = await Promise.all(
      Array.from({ length: 20 }, () =>
        client.jobs.submit({ body, idempotencyKey: 'the-same-key' }),
      ),
    )
    expect(new Set(rest.map(job => job.id))).toEqual(new Set([first.id]))
    const other = client.jobs.submit({
      body: { ...body, tags: ['other'] },
      idempotencyKey: 'the-same-key',
    })
    await expect(other).rejects.toMatchObject({ code: 'idempotency_key_reused' })
  })
})

describe('people decide', () => {
  it('a running job is canceled within a beat and two seconds, and keeps no result', async () => {
    await using system = await startSystem({ env: { BP_ENGINE_FAULTS: '1' } })
    const client = programOn(system)
    await setEngineFaults(system, { slowNodeMs: 20_000 })
    const { id } = await submitOnePicture(client)
    await running(client, id)
    const asked = await client.jobs.cancel({ params: { id } })
    expect(['canceling', 'canceled']).toContain(asked.status)
    const job = await ended(client, id)
    expect(job.status).toBe('canceled')
    expect(job.outputs).toEqual([])
  })

  it('the local fleet goes from zero to a worker and back to zero', async () => {
    await using system = await startSystem({ env: { BP_WORKER_IDLE_S: '1' } })
    const client = programOn(system)
    const session = await signIn(system)
    expect(await workersOf(client, session)).toEqual([])
    const job = await ended(client, (await submitOnePicture(client)).id)
    expect(job.status).toBe('succeeded')
    await until(async () => (await workersOf(client, session)).length === 0, 'the fleet at zero')
    expect(await ended(client, (await submitOnePicture(client)).id)).toMatchObject({
      status: 'succeeded',
    })
  })
})
