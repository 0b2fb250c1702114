import { randomBytes } from 'node:crypto'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { assertSound } from '@bp/testkit/assert-sound'
import { openTestStore } from '@bp/testkit/database'
import type { TestStore } from '@bp/testkit/database'
import { keyOf, queueFixture } from '@bp/testkit/queue-fixture'
import type { QueueFixture } from '@bp/testkit/queue-fixture'
import { backlog } from '../fleets/backlog.ts'
import { askCancel } from '../jobs/ask-cancel.ts'
import { openCancels, resolveCancel } from '../jobs/resolve-cancel.ts'
import { showAll } from '../jobs/show.ts'
import { submit } from '../jobs/submit.ts'
import type { Store } from '../store.ts'
import { drain } from '../workers/drain.ts'
import { end } from './end.ts'
import { grant } from './grant.ts'
import { ofWorker } from './of-worker.ts'

describe('races of the queue', () => {
  let test: TestStore
  let store: Store
  let other: Store
  let queue: QueueFixture
  beforeAll(async () => {
    test = await openTestStore()
    store = test.store
    other = await test.another()
    queue = await queueFixture(store)
  })
  afterEach(async () => {
    await assertSound(store)
  })
  afterAll(async () => {
    await test[Symbol.asyncDispose]()
  })

  const emptyQueue = async (): Promise<void> => {
    const workerId = await queue.worker()
    for (;;) {
      const granted = await queue.grantTo(workerId, 64)
      if (granted.length === 0) return
      await store.write(async writer =>
        end(
          writer,
          granted.map(one => ({ key: keyOf(one), end: { kind: 'succeeded', outputs: [] } })),
        ),
      )
    }
  }

  it('gives each job to one of two claimers that work at the same time', async () => {
    const userId = queue.user()
    const jobs = Array.from({ length: 200 }, () => queue.job({ userId }))
    await store.write(async writer => submit(writer, jobs))
    const workers = [await queue.worker(), await queue.worker()]
    const claim = async (on: Store, workerId: (typeof workers)[number]) => {
      const ids: bigint[] = []
      // A round may come back empty: the other has locked what this one saw, and skipped rows are not waited for.
      for (let round = 0; round < 5_000; round++) {
        const granted = await queue.grantTo(workerId, 4, on)
        ids.push(...granted.map(one => one.jobId))
        const { ready } = await on.read(async reader => backlog(reader, queue.fleetId))
        if (ready === 0) break
      }
      return ids
    }
    const [first, second] = await Promise.all(
      workers.map(async (workerId, at) => claim(at === 0 ? store : other, workerId)),
    )
    const all = [...(first ?? []), ...(second ?? [])]
    expect(all).toHaveLength(200)
    expect(new Set(all).size).toBe(200)
    for (const [at, workerId] of workers.entries()) {
      const held = await store.read(async reader => ofWorker(reader, workerId))
      expect(held).toHaveLength((at === 0 ? first : second)?.length ?? 0)
      for (let from = 0; from < held.length; from += 64) {
        await store.write(async writer =>
          end(
            writer,
            held
              .slice(from, from + 64)
              .map(lease => ({ key: lease, end: { kind: 'succeeded', outputs: [] } })),
          ),
        )
      }
    }
  })

  it('leaves no lease behind a worker that was drained while it was granted to, 300 rounds', async () => {
    const outcomes = { drained: 0, draining: 0 }
    for (let round = 0; round < 300; round++) {
      const workerId = await queue.worker()
      await queue.submitted()
      const [granted, gone] = await Promise.all([
        queue.grantTo(workerId, 1),
        other.write(async writer => drain(writer, { workerId, reason: 'idle' })),
      ])
      const held = await store.read(async reader => ofWorker(reader, workerId))
      if (gone === undefined || gone.state === 'ended') throw new Error('the worker is not there')
      outcomes[gone.state]++
      // Whoever commits first wins, and the other has seen it.
      expect(held).toHaveLength(granted.length)
      expect(gone.leases).toBe(held.length)
      expect(gone.state).toBe(held.length === 0 ? 'drained' : 'draining')
      expect(await queue.grantTo(workerId, 1)).toEqual([])
      await store.write(async writer =>
        end(
          writer,
          held.map(lease => ({ key: lease, end: { kind: 'succeeded', outputs: [] } })),
        ),
      )
      await emptyQueue()
    }
    expect(outcomes.drained + outcomes.draining).toBe(300)
  }, 60_000)

  it('ends a job once under cancel × grant × complete × sweep, 100 rounds', async () => {
    for (let round = 0; round < 100; round++) {
      const job = await queue.submitted()
      const workerId = await queue.worker()
      const cancel = async () => {
        await other.write(async writer =>
          askCancel(writer, { jobId: job.id, owner: job.userId, by: job.userId }),
        )
        await other.write(async writer => resolveCancel(writer, [job.id]))
      }
      const work = async () => {
        const [granted] = await queue.grantTo(workerId)
        if (granted === undefined) return
        const key = keyOf(granted)
        await Promise.all([
          store.write(async writer =>
            end(writer, [{ key, end: { kind: 'succeeded', outputs: [] } }]),
          ),
          other.write(async writer => end(writer, [{ key, end: { kind: 'lost' } }])),
        ])
      }
      await Promise.all([cancel(), work()])
      // What is left over is the sweep's.
      test.advance(3_000)
      const left = await store.read(async reader =>
        openCancels(reader, { olderThanMs: 2_000, limit: 100 }),
      )
      await store.write(async writer => resolveCancel(writer, left))
      const [view] = await store.read(async reader => showAll(reader, [job.id]))
      expect(['canceled', 'succeeded']).toContain(view?.status)
    }
    expect(
      await store.read(async reader => openCancels(reader, { olderThanMs: 0, limit: 10 })),
    ).toEqual([])
  }, 60_000)

  it('makes one job of 20 parallel submits with one key', async () => {
    const userId = queue.user()
    const idempotency = { route: 'jobs.create', key: 'the same', requestHash: randomBytes(16) }
    const answers = await Promise.all(
      Array.from({ length: 20 }, async (_, at) => {
        const job = queue.job({ userId, idempotency })
        const on = at % 2 === 0 ? store : other
        const [answer] = await on.write(async writer => submit(writer, [job]))
        return answer
      }),
    )
    const ids = new Set(
      answers.map(answer => (answer !== undefined && 'job' in answer ? answer.job : 0n)),
    )
    expect(ids.size).toBe(1)
    expect(ids.has(0n)).toBe(false)
    expect(
      answers.filter(answer => answer !== undefined && 'job' in answer && !answer.replayed),
    ).toHaveLength(1)

    const otherBody = queue.job({
      userId,
      idempotency: { ...idempotency, requestHash: randomBytes(16) },
    })
    expect(await store.write(async writer => submit(writer, [otherBody]))).toEqual([
      { refused: 'idempotency_key_reused' },
    ])
    const together = [
      queue.job({ userId, idempotency: { ...idempotency, key: 'b' } }),
      queue.job({ userId, idempotency: { ...idempotency, key: 'b' } }),
    ]
    const [one, two] = await store.write(async writer => submit(writer, together))
    expect(one).toMatchObject({ job: together[0]?.id, replayed: false })
    expect(two).toMatchObject({ job: together[0]?.id, replayed: true })
    await emptyQueue()
  })

  it('finds itself when the same submit runs again after an unknown commit', async () => {
    const job = queue.job({ userId: queue.user() })
    await store.write(async writer => submit(writer, [job]))
    expect(await store.write(async writer => submit(writer, [job]))).toMatchObject([
      { job: job.id, replayed: true },
    ])
    await emptyQueue()
  })

  it('grants nothing of a fleet to a worker of another, and nothing to one that is not ready', async () => {
    await queue.submitted()
    const workerId = await queue.worker()
    await store.write(async writer => drain(writer, { workerId, reason: 'operator' }))
    const waiters = [{ workerId, claimId: randomBytes(16), slots: 1 }]
    expect(
      await store.write(async writer => grant(writer, { fleetId: queue.fleetId, waiters })),
    ).toEqual([])
    const other1 = [{ workerId: await queue.worker(), claimId: randomBytes(16), slots: 1 }]
    expect(
      await store.write(async writer => grant(writer, { fleetId: 1, waiters: other1 })),
    ).toEqual([])
    await emptyQueue()
  })

  it('alternates two backlogged users and lets a newcomer in near the head', async () => {
    const [big, small, late] = [queue.user(), queue.user(), queue.user()]
    const of = (userId: typeof big, count: number) =>
      Array.from({ length: count }, () => queue.job({ userId }))
    await store.write(async writer => submit(writer, of(big, 20)))
    await store.write(async writer => submit(writer, of(small, 5)))
    const workerId = await queue.worker()
    const order: bigint[] = []
    const run = async (count: number) => {
      for (let at = 0; at < count; at++) {
        const granted = await queue.grantTo(workerId)
        order.push(...granted.map(one => one.userId))
        await store.write(async writer =>
          end(
            writer,
            granted.map(one => ({ key: keyOf(one), end: { kind: 'succeeded', outputs: [] } })),
          ),
        )
      }
    }
    await run(10)
    expect(order.filter(userId => userId === small)).toHaveLength(5)
    await store.write(async writer => submit(writer, of(late, 1)))
    await run(3)
    expect(order.slice(10)).toContain(late)
    await emptyQueue()
  })
})
