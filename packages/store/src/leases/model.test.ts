import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, it } from 'vitest'
import type { JobId, UserId, WorkerId } from '@bp/contracts/ids'
import { isFinal } from '@bp/contracts/jobs'
import type { JobStatus } from '@bp/contracts/jobs'
import { assertSound } from '@bp/testkit/assert-sound'
import { openTestStore } from '@bp/testkit/database'
import type { TestStore } from '@bp/testkit/database'
import { anOutput, keyOf, queueFixture } from '@bp/testkit/queue-fixture'
import type { QueueFixture } from '@bp/testkit/queue-fixture'
import { askCancel } from '../jobs/ask-cancel.ts'
import { expire } from '../jobs/expire.ts'
import { promote } from '../jobs/promote.ts'
import { openCancels, resolveCancel } from '../jobs/resolve-cancel.ts'
import { settle } from '../jobs/settle.ts'
import { showAll } from '../jobs/show.ts'
import { submit } from '../jobs/submit.ts'
import { sql } from '../sql.ts'
import { end } from './end.ts'
import { expired } from './expired.ts'
import type { Granted } from './granted.ts'
import type { EndKind } from './lease-end.ts'
import { renew } from './renew.ts'

/** One thing that happens to the queue; the numbers choose among what is there. */
const step = fc.oneof(
  fc.record({
    do: fc.constant('submit' as const),
    user: fc.nat(2),
    count: fc.integer({ min: 1, max: 4 }),
    kind: fc.nat(3),
  }),
  fc.record({
    do: fc.constant('grant' as const),
    worker: fc.nat(2),
    slots: fc.integer({ min: 1, max: 4 }),
  }),
  fc.record({ do: fc.constant('end' as const), lease: fc.nat(50), kind: fc.nat(6) }),
  fc.record({ do: fc.constant('beat' as const), lease: fc.nat(50) }),
  fc.record({ do: fc.constant('cancel' as const), job: fc.nat(50), isResolved: fc.boolean() }),
  fc.record({
    do: fc.constant('advance' as const),
    ms: fc.constantFrom(1_000, 20_000, 40_000, 130_000),
  }),
  fc.record({ do: fc.constant('loops' as const) }),
  fc.record({
    do: fc.constant('limit' as const),
    user: fc.nat(2),
    max: fc.constantFrom(1, 2, null),
  }),
)
type Step = typeof step extends fc.Arbitrary<infer One> ? One : never

const ends: readonly EndKind[] = [
  { kind: 'succeeded', outputs: [anOutput()] },
  { kind: 'job_fault', code: 'node_error' },
  { kind: 'infrastructure', code: 'engine_crashed' },
  { kind: 'released', reason: 'spot' },
  { kind: 'released', reason: 'undelivered' },
  { kind: 'lost' },
  { kind: 'timed_out' },
]

/**
 * Random histories. What holds after each step whatever happened: the invariants of `audit.ts`; a final job never changes; an
 * epoch only grows; old leases (kept for ever and tried again) change nothing that is not theirs; in the end everything runs out.
 */
describe('any history of the queue', () => {
  let test: TestStore
  let queue: QueueFixture
  beforeAll(async () => {
    test = await openTestStore()
    queue = await queueFixture(test.store)
  })
  afterAll(async () => {
    await test[Symbol.asyncDispose]()
  })

  const runs = process.env['BP_LONG'] === '1' ? 200 : 10
  const seed = process.env['BP_SEED'] === undefined ? {} : { seed: Number(process.env['BP_SEED']) }

  it('keeps every invariant', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 10, maxLength: 40 }), async steps => {
        const history = new History(test, queue)
        await history.begin()
        for (const one of steps) {
          await history.take(one)
          await history.check()
        }
        await history.runOut()
      }),
      { numRuns: runs, ...seed },
    )
  }, 120_000)
})

function must(condition: boolean, message: string): void {
  if (!condition) throw new Error(message)
}

class History {
  readonly #test: TestStore
  readonly #queue: QueueFixture
  readonly #users: UserId[] = []
  readonly #workers: WorkerId[] = []
  readonly #jobs: JobId[] = []
  readonly #owners = new Map<JobId, UserId>()
  readonly #leases: Granted[] = []
  readonly #ended = new Map<JobId, JobStatus>()
  readonly #epochs = new Map<JobId, number>()

  constructor(test: TestStore, queue: QueueFixture) {
    this.#test = test
    this.#queue = queue
  }

  async begin(): Promise<void> {
    for (let at = 0; at < 3; at++) {
      this.#users.push(this.#queue.user())
      this.#workers.push(await this.#queue.worker())
    }
  }

  async take(one: Step): Promise<void> {
    const { store } = this.#test
    switch (one.do) {
      case 'submit': {
        const userId = this.#user(one.user)
        const more = [
          {},
          { deadlineInMs: 30_000 },
          { notBefore: (await store.read(async reader => reader.now())) + 5_000 },
          { lossesMax: 0 },
        ][one.kind]
        const jobs = Array.from({ length: one.count }, () => this.#queue.job({ userId, ...more }))
        for (const job of jobs) {
          this.#jobs.push(job.id)
          this.#owners.set(job.id, userId)
        }
        await store.write(async writer => submit(writer, jobs))
        return
      }
      case 'grant': {
        const workerId = this.#workers[one.worker]
        if (workerId === undefined) return
        for (const granted of await this.#queue.grantTo(workerId, one.slots)) {
          must(granted.epoch > (this.#epochs.get(granted.jobId) ?? 0), 'an epoch has not grown')
          this.#epochs.set(granted.jobId, granted.epoch)
          this.#leases.push(granted)
        }
        return
      }
      case 'end': {
        const lease = this.#leases[one.lease % Math.max(1, this.#leases.length)]
        const kind = ends[one.kind]
        if (lease === undefined || kind === undefined) return
        await store.write(async writer => end(writer, [{ key: keyOf(lease), end: kind }]))
        return
      }
      case 'beat': {
        const lease = this.#leases[one.lease % Math.max(1, this.#leases.length)]
        if (lease === undefined) return
        const [answer] = await store.write(async writer =>
          renew(writer, [{ ...keyOf(lease), workerId: lease.workerId, progress: 1, data: '{}' }]),
        )
        const isNewest = this.#epochs.get(lease.jobId) === lease.epoch
        must(isNewest || answer?.verdict === 'lost', 'an old lease was renewed')
        return
      }
      case 'cancel': {
        const jobId = this.#jobs[one.job % Math.max(1, this.#jobs.length)]
        const owner = jobId === undefined ? undefined : this.#owners.get(jobId)
        if (jobId === undefined || owner === undefined) return
        await store.write(async writer => askCancel(writer, { jobId, owner, by: owner }))
        if (one.isResolved) await store.write(async writer => resolveCancel(writer, [jobId]))
        return
      }
      case 'advance':
        this.#test.advance(one.ms)
        return
      case 'loops':
        await this.#loops()
        return
      case 'limit':
        await store.write(async writer =>
          writer.run(
            sql`UPDATE fleet_user SET max_active = ${one.max} WHERE fleet_id = ${this.#queue.fleetId} AND user_id = ${this.#user(one.user)}`,
          ),
        )
    }
  }

  async check(): Promise<void> {
    const { store } = this.#test
    await assertSound(store)
    const views = await store.read(async reader => showAll(reader, this.#jobs))
    must(views.length === this.#jobs.length, 'a job is gone')
    for (const view of views) {
      const before = this.#ended.get(view.id)
      must(before === undefined || view.status === before, 'a final job has changed')
      if (isFinal(view.status)) this.#ended.set(view.id, view.status)
    }
  }

  /** After the trouble stops every job comes to its end. */
  async runOut(): Promise<void> {
    const { store } = this.#test
    const workerId = await this.#queue.worker()
    for (let round = 0; round < 60; round++) {
      this.#test.advance(130_000)
      await this.#loops()
      const granted = await this.#queue.grantTo(workerId, 64)
      await store.write(async writer =>
        end(
          writer,
          granted.map(one => ({ key: keyOf(one), end: { kind: 'succeeded', outputs: [] } })),
        ),
      )
      await this.check()
      if (this.#ended.size === this.#jobs.length) return
    }
    throw new Error(`${this.#jobs.length - this.#ended.size} jobs never ended`)
  }

  #user(at: number): UserId {
    const userId = this.#users[at]
    if (userId === undefined) throw new Error('no such user')
    return userId
  }

  async #loops(): Promise<void> {
    const { store } = this.#test
    await store.write(async writer => promote(writer, { limit: 500 }))
    await store.write(async writer => expire(writer, { limit: 500 }))
    await store.write(async writer => settle(writer, { limit: 100 }))
    const left = await store.read(async reader =>
      openCancels(reader, { olderThanMs: 2_000, limit: 100 }),
    )
    await store.write(async writer => resolveCancel(writer, left))
    const silent = await store.read(async reader => expired(reader, { graceMs: 5_000, limit: 64 }))
    await store.write(async writer =>
      end(
        writer,
        silent.keys.map(key => ({
          key,
          end: { kind: key.overTime ? 'timed_out' : 'lost', graceMs: 5_000 },
        })),
      ),
    )
    // A claim of somebody who was never told of it changes nothing either.
    const [jobId] = this.#jobs
    if (jobId === undefined) return
    const forged = { jobId, epoch: 1, secret: randomBytes(16) }
    const { answers } = await store.write(async writer =>
      end(writer, [{ key: forged, end: { kind: 'lost' } }]),
    )
    must(answers[0]?.verdict === 'stale', 'a forged end was taken')
  }
}
