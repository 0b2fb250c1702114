import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startBench, type Bench } from './testing/agent.ts'
import { plainPicture } from './testing/graphs.ts'

let bench: Bench
beforeEach(async () => {
  bench = await startBench()
})
afterEach(async () => {
  await bench[Symbol.asyncDispose]()
})
const isBusy = () => expect.poll(() => bench.engine.isIdle(), { timeout: 10_000 }).toBe(false)
const phases = () =>
  bench.backend.bodies('workers.phase').map(body => body as { phase: string; health: string })

describe('an agent', () => {
  it('registers, reports that it is ready, and runs one job after the other', async () => {
    const { backend, modes } = bench
    for (const color of [1, 2, 3]) {
      const end = await backend.ended(backend.submit({ graph: plainPicture(32, 32, color) }))
      expect(end.kind).toBe('complete')
    }
    await backend.until(() => backend.bodies('leases.grant').length >= 4)
    expect(modes.slice(0, 6)).toEqual([
      'registering',
      'ready',
      'leasing',
      'running',
      'ready',
      'leasing',
    ])
    expect(backend.bodies('workers.register')).toHaveLength(1)
    expect(backend.bodies('workers.register')[0]).toMatchObject({ protocol: 1, slots: 1 })
    expect(phases().at(-1)).toMatchObject({ phase: 'ready', health: 'good' })
  })

  it('tells how far a run is while it runs', async () => {
    const { backend, engine } = bench
    await engine.faults({ slowNodeMs: 700 })
    await backend.ended(backend.submit({ graph: plainPicture(32, 32, 4) }))
    const beats = backend
      .bodies('leases.renew')
      .flatMap(body => (body as { leases: { phase: string; progress: unknown }[] }).leases)
    expect(beats.some(({ phase }) => phase === 'executing')).toBe(true)
    expect(beats.map(({ progress }) => progress)).toContainEqual(
      expect.objectContaining({ nodes_total: 2, current_node_class: expect.any(String) }),
    )
  })

  it('asks again under the same claim when an answer is lost, and gets the same lease', async () => {
    const { backend } = bench
    await backend.until(() => backend.bodies('leases.grant').length > 0)
    backend.cut.add('leases.grant')
    const job = backend.submit({ graph: plainPicture(32, 32, 5) })
    expect((await backend.ended(job)).kind).toBe('complete')
    expect(backend.bodies('leases.grant')).toContainEqual(expect.objectContaining({ again: true }))
  })

  it('repeats a completion whose answer is lost', async () => {
    const { backend } = bench
    backend.cut.add('leases.complete')
    const job = backend.submit({ graph: plainPicture(32, 32, 6) })
    expect((await backend.ended(job)).kind).toBe('complete')
    await backend.until(() => backend.bodies('leases.complete').length === 2)
    expect(bench.lines.join('')).not.toContain('"job.failed"')
  })

  it('runs on while the backend is away, and hands in when it is back', async () => {
    const { backend, engine } = bench
    await engine.faults({ slowNodeMs: 600 })
    const job = backend.submit({ graph: plainPicture(32, 32, 7) })
    await isBusy()
    backend.isAway = true
    await expect.poll(() => engine.isIdle(), { timeout: 10_000 }).toBe(true)
    expect(backend.hasEnded(job)).toBe(false)
    backend.isAway = false
    expect((await backend.ended(job)).kind).toBe('complete')
  })

  it('stops a run when no beat got through before the lease ran out', async () => {
    const { backend, engine } = bench
    await engine.faults({ slowNodeMs: 30_000 })
    const job = backend.submit({ graph: plainPicture(32, 32, 8), leaseMs: 700 })
    await isBusy()
    backend.isAway = true
    await expect.poll(() => engine.isIdle(), { timeout: 10_000 }).toBe(true)
    expect(bench.lines.join('')).toContain('"lease.expired"')
    backend.isAway = false
    await backend.until(() => backend.bodies('leases.grant').length > 1)
    expect(backend.hasEnded(job)).toBe(false)
  })

  it('registers anew when its token is not known any more', async () => {
    const { backend } = bench
    await backend.until(() => backend.bodies('leases.grant').length > 0)
    backend.token = 'another'
    await backend.until(() => backend.bodies('workers.register').length === 2)
    expect((await backend.ended(backend.submit({ graph: plainPicture() }))).kind).toBe('complete')
  })

  it('gives up when the backend refuses it', async () => {
    const { backend } = bench
    await backend.until(() => backend.bodies('leases.grant').length > 0)
    Object.assign(backend, { secret: 'changed', token: 'another' })
    expect(await bench.ended).toBe('refused')
    expect(bench.agent.mode()).toBe('stopped')
  })
})

describe('an engine that goes away', () => {
  it('is not asked for: the agent says so and asks for no work until it is back', async () => {
    const { backend, engine } = bench
    await backend.until(() => backend.bodies('leases.grant').length > 0)
    await engine.kill()
    await backend.until(() => phases().at(-1)?.health === 'engine_away')
    await backend.until(() =>
      backend
        .bodies('leases.renew')
        .some(body => (body as { host: { engine: string } }).host.engine === 'away'),
    )
    const asked = backend.bodies('leases.grant').length
    const job = backend.submit({ graph: plainPicture() })
    await engine.restart()
    expect((await backend.ended(job)).kind).toBe('complete')
    expect(phases().map(({ phase }) => phase)).toEqual(['ready', 'engine', 'ready'])
    expect(backend.bodies('leases.grant').length).toBeGreaterThan(asked)
  })

  it('costs the job nothing when it dies in the middle of it', async () => {
    const { backend, engine } = bench
    await engine.faults({ crash: 1 })
    const job = backend.submit({ graph: plainPicture() })
    expect(await backend.ended(job)).toMatchObject({
      kind: 'fail',
      failure: { kind: 'infrastructure', code: 'engine_unreachable' },
    })
    await engine.restart()
    expect((await backend.ended(backend.submit({ graph: plainPicture() }))).kind).toBe('complete')
  })

  it('has lost the run when it was restarted meanwhile', async () => {
    const { backend, engine } = bench
    await engine.faults({ slowNodeMs: 30_000 })
    const job = backend.submit({ graph: plainPicture() })
    await isBusy()
    await engine.restart()
    expect(await backend.ended(job)).toMatchObject({
      kind: 'fail',
      failure: { kind: 'infrastructure' },
    })
  })
})

describe('a drain', () => {
  it('lets the run finish, takes no other, and says that nothing is held', async () => {
    const { backend, engine, agent } = bench
    await engine.faults({ slowNodeMs: 600 })
    const job = backend.submit({ graph: plainPicture() })
    await isBusy()
    const next = backend.submit({ graph: plainPicture() })
    agent.drain()
    expect(agent.mode()).toBe('draining')
    expect(await bench.ended).toBe('stopped')
    expect(backend.hasEnded(job)).toBe(true)
    expect(backend.hasEnded(next)).toBe(false)
    expect(backend.bodies('workers.drained')).toHaveLength(1)
    expect(bench.modes.slice(-2)).toEqual(['draining', 'stopped'])
  })

  it('may be asked for by the backend, at any call', async () => {
    const { backend } = bench
    await backend.until(() => backend.bodies('leases.grant').length > 0)
    backend.directives.push('retire_when_idle')
    expect(await bench.ended).toBe('stopped')
    expect(backend.bodies('workers.drained')).toHaveLength(1)
  })

  it('turns into a release at once when the agent is told to stop', async () => {
    const { backend, engine, agent } = bench
    await engine.faults({ slowNodeMs: 30_000 })
    const job = backend.submit({ graph: plainPicture() })
    await isBusy()
    agent.drain()
    agent.stop()
    expect(await backend.ended(job)).toEqual({ kind: 'release', reason: 'shutdown' })
    expect(await bench.ended).toBe('stopped')
    await expect.poll(() => engine.isIdle(), { timeout: 10_000 }).toBe(true)
  })
})
