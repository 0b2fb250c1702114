import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { assertSound } from '@bp/testkit/assert-sound'
import { openTestStore } from '@bp/testkit/database'
import type { TestStore } from '@bp/testkit/database'
import { keyOf, queueFixture } from '@bp/testkit/queue-fixture'
import type { QueueFixture } from '@bp/testkit/queue-fixture'
import { backlog } from '../fleets/backlog.ts'
import { find, findById } from '../fleets/find.ts'
import { list as listFleets } from '../fleets/list.ts'
import { pause, resume } from '../fleets/pause.ts'
import { supply } from '../fleets/supply.ts'
import { nextDueInMs } from '../jobs/next-due.ts'
import { settle } from '../jobs/settle.ts'
import { show as showJob } from '../jobs/show.ts'
import { findByInstance, listOpen } from '../launches/list-open.ts'
import { mark, markCall, markPhase } from '../launches/mark.ts'
import { plan } from '../launches/plan.ts'
import { end } from '../leases/end.ts'
import { sql } from '../sql.ts'
import { drainIdle } from './drain-idle.ts'
import { drain } from './drain.ts'
import { drained } from './drained.ts'
import { endWorker } from './end.ts'
import { findByToken } from './find-by-token.ts'
import { flushLive } from './flush-live.ts'
import { list } from './list.ts'
import { ready } from './ready.ts'
import { register } from './register.ts'
import type { NewWorker } from './register.ts'
import { show } from './show.ts'

describe('workers and their machines', () => {
  let test: TestStore
  let queue: QueueFixture
  beforeAll(async () => {
    test = await openTestStore()
    queue = await queueFixture(test.store)
  })
  afterEach(async () => {
    await assertSound(test.store)
  })
  afterAll(async () => {
    await test[Symbol.asyncDispose]()
  })

  const machine = (more: Partial<NewWorker> = {}): NewWorker => ({
    fleetId: queue.fleetId,
    market: 'local',
    instance: `local-${randomBytes(4).toString('hex')}`,
    bootHash: randomBytes(32),
    tokenHash: randomBytes(32),
    protocol: 1,
    generation: 'g1',
    slots: 1,
    hardware: '{"gpu":"none"}',
    ...more,
  })
  const come = async (worker: NewWorker) => {
    const answer = await test.store.write(async writer => register(writer, worker))
    if ('refused' in answer) throw new Error(answer.refused)
    return answer
  }

  it('is the same worker when the same boot registers again, another one after a reboot', async () => {
    const first = machine()
    const { workerId } = await come(first)
    const token = randomBytes(32)
    expect(await come({ ...first, tokenHash: token })).toMatchObject({ workerId, again: true })
    expect(
      await test.store.read(async reader => findByToken(reader, first.tokenHash)),
    ).toBeUndefined()
    expect(await test.store.read(async reader => findByToken(reader, token))).toMatchObject({
      id: workerId,
      state: 'registered',
    })

    const report = { workerId, heardAgoMs: 0, phase: 'engine', busy: 0, health: 'good' } as const
    await test.store.write(async writer => flushLive(writer, [report]))
    const reboot = { ...first, bootHash: randomBytes(32), tokenHash: randomBytes(32) }
    expect(await test.store.write(async writer => register(writer, reboot))).toEqual({
      refused: 'worker_bound',
    })
    test.advance(46_000)
    expect(await come(reboot)).toMatchObject({ again: false, replaced: workerId })
    expect(await test.store.read(async reader => show(reader, workerId))).toMatchObject({
      state: 'ended',
    })
  })

  it('keeps since when a phase lasts, and forgets a worker that has ended', async () => {
    const { workerId } = await come(machine())
    const beat = async (phase: 'engine' | 'ready') =>
      test.store.write(async writer =>
        flushLive(writer, [
          { workerId, heardAgoMs: 10, phase, busy: 0, health: 'good', warm: '["m"]' },
        ]),
      )
    const live = async () => (await test.store.read(async reader => show(reader, workerId)))?.live
    await beat('engine')
    const before = await live()
    test.advance(5_000)
    await beat('engine')
    expect((await live())?.phaseSince).toBe(before?.phaseSince)
    expect((await live())?.seenAt).toBeGreaterThan(before?.seenAt ?? 0)
    await beat('ready')
    expect((await live())?.phaseSince).toBeGreaterThan(before?.phaseSince ?? 0)
    expect(await test.store.write(async writer => endWorker(writer, workerId))).toBe(true)
    expect(await test.store.write(async writer => endWorker(writer, workerId))).toBe(false)
    await beat('ready')
    expect(await live()).toBeUndefined()
    expect(await test.store.write(async writer => ready(writer, workerId))).toBe(false)
  })

  it('is drained for the fallback only while it holds nothing, and is not touched otherwise', async () => {
    const workerId = await queue.worker()
    const shown = async () => test.store.read(async reader => show(reader, workerId))
    const instance = (await shown())?.instance ?? ''
    const ask = async (fleetId = queue.fleetId) =>
      test.store.write(async writer => drainIdle(writer, { fleetId, instance }))
    await queue.submitted()
    const [granted] = await queue.grantTo(workerId)
    if (granted === undefined) throw new Error('nothing was granted')
    expect(await ask()).toEqual({ result: 'busy' })
    expect(await shown()).toMatchObject({ state: 'ready', drainReason: 'none' })
    await test.store.write(async writer =>
      end(writer, [{ key: keyOf(granted), end: { kind: 'succeeded', outputs: [] } }]),
    )
    expect(await ask(queue.fleetId + 1)).toEqual({ result: 'unknown' })
    expect(await ask()).toEqual({ result: 'drained', workerId })
    expect(await ask()).toEqual({ result: 'drained', workerId })
    await queue.submitted()
    expect(await queue.grantTo(workerId)).toEqual([])
    const [taken] = await queue.grantTo(await queue.worker())
    if (taken === undefined) throw new Error('nothing was granted')
    await test.store.write(async writer =>
      end(writer, [{ key: keyOf(taken), end: { kind: 'succeeded', outputs: [] } }]),
    )
    await test.store.write(async writer => endWorker(writer, workerId))
    expect(await ask()).toEqual({ result: 'unknown' })
  })

  it('drains when its work is done, never before', async () => {
    const workerId = await queue.worker()
    await queue.submitted()
    const [granted] = await queue.grantTo(workerId)
    if (granted === undefined) throw new Error('nothing was granted')
    const out = await test.store.write(async writer =>
      drain(writer, { workerId, reason: 'idle', deadlineInMs: 1_000 }),
    )
    expect(out).toEqual({ state: 'draining', leases: 1 })
    expect(await test.store.write(async writer => drained(writer, workerId))).toEqual({
      refused: 'worker_busy',
      leases: 1,
    })
    await test.store.write(async writer =>
      end(writer, [{ key: keyOf(granted), end: { kind: 'succeeded', outputs: [] } }]),
    )
    expect(await test.store.write(async writer => drained(writer, workerId))).toEqual({
      state: 'drained',
    })
    expect(await test.store.read(async reader => show(reader, workerId))).toMatchObject({
      state: 'drained',
      drainReason: 'idle',
      leases: 0,
    })
  })

  it('counts supply and backlog, and says which fleet is which', async () => {
    const before = await test.store.read(async reader => backlog(reader, queue.fleetId))
    const userId = queue.user()
    const job = await queue.submitted({ userId, costMs: 7_000 })
    const later = await queue.submitted({ userId, notBefore: Date.now() + 9_000_000_000 })
    const after = await test.store.read(async reader => backlog(reader, queue.fleetId))
    expect(after).toMatchObject({
      ready: before.ready + 1,
      delayed: before.delayed + 1,
      readyMs: before.readyMs + 7_000,
    })
    expect(after.oldestReadyAt).toBeGreaterThan(0)
    expect(await test.store.read(nextDueInMs)).toBeGreaterThan(0)
    const have = await test.store.read(async reader => supply(reader, queue.fleetId))
    expect(have.workers.length).toBe(
      have.byState.registered + have.byState.ready + have.byState.draining + have.byState.drained,
    )
    const listed = await test.store.read(async reader => list(reader, { fleetId: queue.fleetId }))
    expect(new Set(listed.map(worker => worker.id))).toEqual(
      new Set(have.workers.map(worker => worker.id)),
    )
    expect((await test.store.read(listFleets)).map(fleet => fleet.slug)).toEqual(['test'])
    const none = await test.store.read(async reader =>
      find(reader, { stage: 'staging', slug: 'none' }),
    )
    expect(await test.store.read(async reader => findById(reader, none?.id ?? 0))).toEqual(none)

    await test.store.write(async writer => pause(writer, { bit: 'queue', reason: 'maintenance' }))
    const workerId = await queue.worker()
    expect(await queue.grantTo(workerId, 4)).toEqual([])
    expect(
      (await test.store.read(async reader => showJob(reader, { id: job.id, owner: userId })))
        ?.waiting?.reason,
    ).toBe('queue_paused')
    expect((await test.store.read(async reader => backlog(reader, queue.fleetId))).ready).toBe(0)
    await test.store.write(async writer => resume(writer, { bit: 'queue' }))
    expect((await queue.grantTo(workerId, 4)).map(one => one.jobId)).toEqual([job.id])
    expect(
      (await test.store.read(async reader => showJob(reader, { id: later.id, owner: userId })))
        ?.waiting,
    ).toMatchObject({ reason: 'scheduled' })
  })

  it('admits held jobs of a raised limit', async () => {
    const userId = queue.user()
    await queue.submitted({ userId, prio: 'low' })
    await test.store.write(async writer =>
      writer.run(
        sql`UPDATE fleet_user SET max_active = 1 WHERE fleet_id = ${queue.fleetId} AND user_id = ${userId}`,
      ),
    )
    const held = await queue.submitted({ userId, prio: 'low' })
    expect(await test.store.write(async writer => settle(writer, { limit: 10 }))).toEqual([])
    await test.store.write(async writer =>
      writer.run(
        sql`UPDATE fleet_user SET max_active = NULL WHERE fleet_id = ${queue.fleetId} AND user_id = ${userId}`,
      ),
    )
    expect(await test.store.write(async writer => settle(writer, { limit: 10 }))).toMatchObject([
      { jobId: held.id },
    ])
  })

  it('records a machine before it is asked for, and moves it only forward', async () => {
    const planned = await test.store.write(async writer =>
      plan(writer, {
        fleetId: queue.fleetId,
        epoch: 1,
        cell: 'local',
        group: 'local',
        market: 'local',
        az: '',
        count: 2,
        request: '{"token":"{token}"}',
        generation: 'g1',
        instanceType: 'local',
        priceMicroHour: 0,
        ami: '',
      }),
    )
    expect(planned.launchIds).toHaveLength(2)
    expect(planned.token).toMatch(/^bp-local-\d+-1$/)
    const [id, other] = planned.launchIds
    if (id === undefined || other === undefined) throw new Error('no launches')
    const step = async (change: Parameters<typeof mark>[1]) =>
      test.store.write(async writer => mark(writer, change))
    await test.store.write(async writer =>
      markCall(writer, { id: planned.callId, state: 'requested' }),
    )
    expect(await step({ id, to: 'launched', instance: 'local-1' })).toBe(false)
    expect(await step({ id, to: 'requested' })).toBe(true)
    expect(await step({ id, to: 'launched', instance: 'local-1' })).toBe(true)
    await test.store.write(async writer =>
      markPhase(writer, { launchId: id, phase: 'agent', tookMs: 12 }),
    )
    expect(await step({ id, to: 'registered' })).toBe(true)
    expect(await test.store.read(async reader => findByInstance(reader, 'local-1'))).toMatchObject({
      id,
      state: 'registered',
    })
    expect(await step({ id: other, to: 'ended', endReason: 'abandoned' })).toBe(true)
    expect(
      (await test.store.read(async reader => listOpen(reader, { fleetId: queue.fleetId }))).map(
        one => one.id,
      ),
    ).toEqual([id])
  })
})
