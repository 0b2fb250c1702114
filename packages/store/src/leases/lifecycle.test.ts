import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { assertSound } from '@bp/testkit/assert-sound'
import { openTestStore } from '@bp/testkit/database'
import type { TestStore } from '@bp/testkit/database'
import { anOutput, keyOf, queueFixture } from '@bp/testkit/queue-fixture'
import type { QueueFixture } from '@bp/testkit/queue-fixture'
import { askCancel } from '../jobs/ask-cancel.ts'
import { events } from '../jobs/events.ts'
import { expire } from '../jobs/expire.ts'
import { list } from '../jobs/list.ts'
import type { NewJob } from '../jobs/new-job.ts'
import { promote } from '../jobs/promote.ts'
import { openCancels, resolveCancel } from '../jobs/resolve-cancel.ts'
import { show } from '../jobs/show.ts'
import { submit } from '../jobs/submit.ts'
import type { Store } from '../store.ts'
import { again } from './again.ts'
import { end } from './end.ts'
import { expired } from './expired.ts'
import type { Granted } from './granted.ts'
import type { EndKind } from './lease-end.ts'
import { payload } from './payload.ts'
import { renew } from './renew.ts'

describe('the life of a lease', () => {
  let test: TestStore
  let store: Store
  let queue: QueueFixture
  beforeAll(async () => {
    test = await openTestStore()
    store = test.store
    queue = await queueFixture(store)
  })
  afterEach(async () => {
    await assertSound(store)
  })
  afterAll(async () => {
    await test[Symbol.asyncDispose]()
  })

  const take = async (): Promise<{
    granted: Granted
    userId: ReturnType<QueueFixture['user']>
  }> => {
    const { userId } = await queue.submitted()
    const [granted] = await queue.grantTo(await queue.worker())
    if (granted === undefined) throw new Error('nothing was granted')
    return { granted, userId: granted.userId === userId ? userId : granted.userId }
  }
  const finish = async (granted: Granted, kind: EndKind) => {
    const { answers } = await store.write(async writer =>
      end(writer, [{ key: keyOf(granted), end: kind }], { random: () => 0.5 }),
    )
    const [answer] = answers
    if (answer === undefined) throw new Error('no answer')
    return answer
  }
  const view = async (granted: Granted) => {
    const found = await store.read(async reader =>
      show(reader, { id: granted.jobId, owner: granted.userId }),
    )
    if (found === undefined) throw new Error('the job is not there')
    return found
  }

  it('goes from queued over running to succeeded, with its outputs', async () => {
    const job = await queue.submitted()
    const key = { id: job.id, owner: job.userId }
    const waiting = await store.read(async reader => show(reader, key))
    expect(waiting).toMatchObject({ status: 'queued', place: 'ready', seq: 0 })
    expect(waiting?.waiting?.reason).toBe('capacity')

    const [granted] = await queue.grantTo(await queue.worker())
    if (granted === undefined) throw new Error('nothing was granted')
    expect(granted).toMatchObject({ jobId: job.id, epoch: 1, attempt: 1 })
    const body = await store.read(async reader => payload(reader, job.id))
    expect(body?.body.toString()).toBe('{"graph":{}}')

    const beat = {
      ...keyOf(granted),
      workerId: granted.workerId,
      phase: 'executing' as const,
      progress: 5_000,
      data: '{"step":1}',
    }
    const [answer] = await store.write(async writer => renew(writer, [beat]))
    expect(answer).toMatchObject({ verdict: 'ok' })
    const running = await view(granted)
    expect(running).toMatchObject({
      status: 'running',
      phase: 'executing',
      progress: '{"step":1}',
      seq: 4,
    })
    expect(running.lease).toMatchObject({ progress: 5_000 })

    const ended = await finish(granted, {
      kind: 'succeeded',
      outputs: [anOutput()],
      timings: { run_ms: 12 },
    })
    expect(ended).toMatchObject({ verdict: 'accepted', status: 'succeeded' })
    const done = await view(granted)
    expect(done).toMatchObject({
      status: 'succeeded',
      place: 'final',
      finalEpoch: 1,
      seq: 6,
      timings: '{"run_ms":12}',
    })
    expect(done.outputs).toMatchObject([
      { key: 'picture', nodeId: '9', kind: 'image', asset: { shelf: 'results' } },
    ])
    expect(done.attempts).toMatchObject([{ outcome: 'succeeded', epoch: 1 }])
    const log = await store.read(async reader => events(reader, { ...key, afterSeq: 0 }))
    expect(log?.map(one => one.kind)).toEqual(['running', 'succeeded'])
  })

  it('answers a repeated complete with `already`, and a foreign secret with `stale`', async () => {
    const { granted } = await take()
    const outputs = [anOutput()]
    await finish(granted, { kind: 'succeeded', outputs })
    expect(await finish(granted, { kind: 'succeeded', outputs })).toMatchObject({
      verdict: 'already',
      status: 'succeeded',
    })
    const forged = { ...granted, secret: Buffer.alloc(16) }
    expect(await finish(forged, { kind: 'succeeded', outputs })).toMatchObject({ verdict: 'stale' })
    expect((await view(granted)).outputs).toHaveLength(1)
  })

  it('leaves a live lease alone when secret, epoch or worker do not fit', async () => {
    const { granted } = await take()
    const forgeries = [
      { ...granted, secret: Buffer.alloc(16) },
      { ...granted, epoch: 2 },
      { ...granted, workerId: await queue.worker() },
    ]
    for (const forged of forgeries) {
      const [beat] = await store.write(async writer =>
        renew(writer, [{ ...keyOf(forged), workerId: forged.workerId, progress: 9_999 }]),
      )
      expect(beat).toMatchObject({ verdict: 'lost' })
      expect(await finish(forged, { kind: 'succeeded', outputs: [anOutput()] })).toMatchObject({
        verdict: 'stale',
      })
      expect(await view(granted)).toMatchObject({ status: 'running', lease: { progress: 0 } })
    }
    expect(await finish(granted, { kind: 'succeeded', outputs: [] })).toMatchObject({
      verdict: 'accepted',
    })
  })

  it('changes nothing for an old epoch after the job was granted again', async () => {
    const { granted: first } = await take()
    await finish(first, { kind: 'released', reason: 'spot' })
    const [second] = await queue.grantTo(await queue.worker())
    expect(second).toMatchObject({ jobId: first.jobId, epoch: 2 })
    expect(await finish(first, { kind: 'succeeded', outputs: [anOutput()] })).toMatchObject({
      verdict: 'stale',
    })
    const [beat] = await store.write(async writer =>
      renew(writer, [{ ...keyOf(first), workerId: first.workerId }]),
    )
    expect(beat).toMatchObject({ verdict: 'lost' })
    if (second !== undefined) await finish(second, { kind: 'succeeded', outputs: [] })
  })

  it('accepts a late result while the job still waits with its epoch', async () => {
    const { granted } = await take()
    await finish(granted, { kind: 'lost' })
    expect(await view(granted)).toMatchObject({ status: 'queued', place: 'delayed', losses: 1 })
    expect(await finish(granted, { kind: 'succeeded', outputs: [anOutput()] })).toMatchObject({
      verdict: 'accepted',
    })
    expect(await view(granted)).toMatchObject({ status: 'succeeded', seq: 7 })
  })

  it('puts a released job back at its old place, uncounted, with its token kept', async () => {
    const { granted } = await take()
    const before = await view(granted)
    await finish(granted, { kind: 'released', reason: 'drain' })
    const after = await view(granted)
    expect(after).toMatchObject({ place: 'ready', pass: before.pass, losses: 0, interruptions: 1 })
    expect(await finish(granted, { kind: 'released', reason: 'drain' })).toMatchObject({
      verdict: 'already',
    })
    const [next] = await queue.grantTo(await queue.worker())
    if (next !== undefined)
      await finish(next, {
        kind: 'job_fault',
        code: 'node_error',
        error: { message: 'no', nodeId: '3' },
      })
    expect(await view(granted)).toMatchObject({
      status: 'failed',
      errorCode: 'node_error',
      error: { nodeId: '3' },
    })
  })

  it('ends as worker_lost when the bound of losses is passed', async () => {
    const { granted } = await take()
    let lease = granted
    for (let loss = 1; loss <= 5; loss++) {
      expect(await finish(lease, { kind: 'infrastructure', code: 'engine_crashed' })).toMatchObject(
        { status: 'queued' },
      )
      expect(await view(granted)).toMatchObject({ place: 'delayed', losses: loss })
      expect(await queue.grantTo(lease.workerId)).toEqual([])
      test.advance(61_000)
      await store.write(async writer => promote(writer, { limit: 500 }))
      const [next] = await queue.grantTo(await queue.worker())
      if (next === undefined) throw new Error('not granted again')
      expect(next.epoch).toBe(lease.epoch + 1)
      lease = next
    }
    expect(await finish(lease, { kind: 'lost' })).toMatchObject({ status: 'failed' })
    expect(await view(granted)).toMatchObject({ errorCode: 'worker_lost', losses: 6 })
  })

  it('keeps a job from the worker that lost it for a while only: the others may never ask', async () => {
    const { granted } = await take()
    await queue.worker()
    await finish(granted, { kind: 'infrastructure', code: 'engine_crashed' })
    test.advance(61_000)
    await store.write(async writer => promote(writer, { limit: 500 }))
    expect(await queue.grantTo(granted.workerId)).toEqual([])
    test.advance(29_000)
    expect(await queue.grantTo(granted.workerId)).toEqual([])
    test.advance(2_000)
    const [second] = await queue.grantTo(granted.workerId)
    expect(second).toMatchObject({ jobId: granted.jobId, epoch: 2 })
    if (second !== undefined) await finish(second, { kind: 'succeeded', outputs: [] })
  })

  it('finds silent leases after their time and grace, and a beat in between saves them', async () => {
    const { granted } = await take()
    const look = async () =>
      store.read(async reader => expired(reader, { graceMs: 5_000, limit: 200 }))
    test.advance(31_000)
    expect((await look()).keys).toEqual([])
    test.advance(5_000)
    const found = await look()
    expect(found.keys).toMatchObject([{ jobId: granted.jobId, overTime: false }])
    const [key] = found.keys
    if (key === undefined) throw new Error('no key')
    await store.write(async writer =>
      renew(writer, [{ ...keyOf(granted), workerId: granted.workerId }]),
    )
    const sweep = async () =>
      store.write(async writer => end(writer, [{ key, end: { kind: 'lost', graceMs: 5_000 } }]))
    expect((await sweep()).answers).toMatchObject([{ verdict: 'stale' }])
    test.advance(36_000)
    expect((await sweep()).answers).toMatchObject([{ verdict: 'accepted', status: 'queued' }])
    expect((await view(granted)).attempts).toMatchObject([{ outcome: 'lost', counted: true }])
  })

  it('never beats past the longest run', async () => {
    const { granted } = await take()
    test.advance(119_000)
    const beat = async () =>
      store.write(async writer =>
        renew(writer, [{ ...keyOf(granted), workerId: granted.workerId }]),
      )
    expect(await beat()).toMatchObject([{ verdict: 'ok' }])
    test.advance(2_000)
    expect(await beat()).toMatchObject([{ verdict: 'cancel', reason: 'over_time' }])
    expect(await finish(granted, { kind: 'timed_out' })).toMatchObject({ status: 'failed' })
  })

  it('cancels in every place', async () => {
    const ask = async (granted: { jobId: Granted['jobId']; userId: Granted['userId'] }) => {
      await store.write(async writer =>
        askCancel(writer, { jobId: granted.jobId, owner: granted.userId, by: granted.userId }),
      )
      return store.write(async writer => resolveCancel(writer, [granted.jobId]))
    }
    const waiting = await queue.submitted()
    expect(await ask({ jobId: waiting.id, userId: waiting.userId })).toMatchObject([
      { status: 'canceled', seq: 2 },
    ])
    const later = await queue.submitted({
      userId: queue.user(),
      notBefore: Date.now() + 9_000_000_000,
    })
    expect(await ask({ jobId: later.id, userId: later.userId })).toMatchObject([
      { status: 'canceled' },
    ])

    const { granted } = await take()
    expect(await ask(granted)).toMatchObject([{ status: 'canceling', seq: 5 }])
    expect(await ask(granted)).toEqual([])
    expect(await view(granted)).toMatchObject({ status: 'canceling' })
    const [beat] = await store.write(async writer =>
      renew(writer, [{ ...keyOf(granted), workerId: granted.workerId }]),
    )
    expect(beat).toMatchObject({ verdict: 'cancel', reason: 'canceled' })
    expect(await finish(granted, { kind: 'succeeded', outputs: [anOutput()] })).toMatchObject({
      status: 'canceled',
    })
    expect((await view(granted)).outputs).toEqual([])

    const { granted: back } = await take()
    await finish(back, { kind: 'released', reason: 'spot' })
    expect(await ask(back)).toMatchObject([{ status: 'canceled', seq: 7 }])
    test.advance(10_000)
    expect(
      await store.read(async reader => openCancels(reader, { olderThanMs: 0, limit: 10 })),
    ).toEqual([])
  })

  it('expires waiting jobs and tells leased ones to stop', async () => {
    const waiting = await queue.submitted({
      userId: queue.user(),
      deadlineInMs: 1_000,
      prio: 'low',
    })
    const running = await queue.submitted({
      userId: queue.user(),
      deadlineInMs: 1_000,
      prio: 'high',
    })
    const [granted] = await queue.grantTo(await queue.worker())
    if (granted === undefined) throw new Error('nothing was granted')
    expect(granted.jobId).toBe(running.id)
    test.advance(2_000)
    expect(await queue.grantTo(await queue.worker())).toEqual([])
    const changes = await store.write(async writer => expire(writer, { limit: 500 }))
    expect(changes).toMatchObject([{ jobId: waiting.id, status: 'expired' }])
    const [beat] = await store.write(async writer =>
      renew(writer, [{ ...keyOf(granted), workerId: granted.workerId }]),
    )
    expect(beat).toMatchObject({ verdict: 'cancel', reason: 'deadline' })
    expect(await finish(granted, { kind: 'released', reason: 'shutdown' })).toMatchObject({
      status: 'expired',
    })
  })

  it('tells a worker how long it has, and expires what the worker stopped by its own clock', async () => {
    await queue.submitted({ userId: queue.user(), deadlineInMs: 10_000 })
    test.advance(4_000)
    const [granted] = await queue.grantTo(await queue.worker())
    if (granted === undefined) throw new Error('nothing was granted')
    expect(granted.deadlineInMs).toBeGreaterThan(5_000)
    expect(granted.deadlineInMs).toBeLessThanOrEqual(6_000)
    test.advance(2_000)
    const { workerId, claimId } = granted
    const [again1] = await store.read(async reader => again(reader, { workerId, claimId }))
    expect(again1?.deadlineInMs).toBeLessThanOrEqual(4_000)
    // No loop has looked yet: the worker's word is enough.
    expect(await finish(granted, { kind: 'job_fault', code: 'deadline_exceeded' })).toMatchObject({
      verdict: 'accepted',
      status: 'expired',
    })
    expect(await view(granted)).toMatchObject({
      status: 'expired',
      errorCode: 'deadline_exceeded',
      attempts: [{ outcome: 'expired', code: 'deadline_exceeded' }],
    })
    const { granted: endless } = await take()
    expect(endless.deadlineInMs).toBeNull()
    await finish(endless, { kind: 'succeeded', outputs: [] })
  })

  it('finds a claim again whose answer was lost', async () => {
    const { granted } = await take()
    const found = await store.read(async reader =>
      again(reader, { workerId: granted.workerId, claimId: granted.claimId }),
    )
    expect(found).toMatchObject([{ jobId: granted.jobId, epoch: 1, runMsMax: 60_000 }])
    expect(found[0]?.secret.equals(granted.secret)).toBe(true)
    await finish(granted, { kind: 'succeeded', outputs: [] })
  })

  it('holds what is over a limit and admits it when a token comes back', async () => {
    const userId = queue.user()
    await queue.submitted({ userId })
    await store.write(async writer =>
      writer.run({
        text: 'UPDATE fleet_user SET max_active = 2 WHERE fleet_id = ? AND user_id = ?',
        params: [queue.fleetId, userId],
      }),
    )
    for (let more = 0; more < 3; more++) await queue.submitted({ userId })
    const statuses = await store.read(async reader => list(reader, { owner: userId, limit: 10 }))
    expect(statuses.rows.map(row => row.waiting?.reason)).toEqual([
      'user_limit',
      'user_limit',
      'capacity',
      'capacity',
    ])
    for (let run = 0; run < 4; run++) {
      const [granted] = await queue.grantTo(await queue.worker())
      if (granted === undefined) throw new Error('a held job was forgotten')
      await finish(granted, { kind: 'succeeded', outputs: [] })
    }
  })

  it('refuses what is beyond the waiting jobs of one person, and takes big payloads', async () => {
    const userId = queue.user()
    const many = (count: number) => Array.from({ length: count }, () => queue.job({ userId }))
    const put = async (jobs: readonly NewJob[]) => store.write(async writer => submit(writer, jobs))
    await put(many(500))
    const answers = await put(many(500))
    expect(answers.every(answer => 'job' in answer)).toBe(true)
    expect(await put(many(2))).toEqual([{ refused: 'queue_full' }, { refused: 'queue_full' }])
    const body = Buffer.alloc(1_000_000, 7)
    const big = Array.from({ length: 24 }, () =>
      queue.job({ userId: queue.user(), payload: { codec: 'bytes', body } }),
    )
    await put(big)
    const stored = await store.read(async reader => payload(reader, big[23]?.id ?? queue.job().id))
    expect(stored?.body.equals(body)).toBe(true)
  })
})
