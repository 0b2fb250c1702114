import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { assertSound } from '@bp/testkit/assert-sound'
import { openTestStore, type TestStore } from '@bp/testkit/database'
import { anOutput, keyOf, queueFixture, type QueueFixture } from '@bp/testkit/queue-fixture'
import { end } from '../leases/end.ts'
import { payload } from '../leases/payload.ts'
import { int } from '../row.ts'
import { raw, sql } from '../sql.ts'
import { createLink } from '../users/create-link.ts'
import { pruneLinks } from '../users/prune-links.ts'
import { events } from './events.ts'
import { findKey } from './find-key.ts'
import { pruneEvents, pruneKeys, prunePayloads } from './prune.ts'
import { show } from './show.ts'

let test: TestStore
let queue: QueueFixture
beforeAll(async () => {
  test = await openTestStore()
  queue = await queueFixture(test.store)
})
afterAll(async () => {
  await assertSound(test.store)
  await test[Symbol.asyncDispose]()
})

const dayMs = 86_400_000
const limit = 200
const count = async (table: string): Promise<number> => {
  const row = await test.store.read(async reader =>
    reader.first(sql`SELECT COUNT(*) AS n FROM ${raw(table)}`),
  )
  return int.read(row?.['n'])
}

it('removes what is over its time, a bounded piece at a time, and leaves what is not', async () => {
  const { store } = test
  const ended = async () => {
    const job = await queue.submitted({
      userId: queue.user(),
      idempotency: { route: 'jobs.submit', key: 'k', requestHash: randomBytes(16) },
    })
    const [lease] = await queue.grantTo(await queue.worker())
    if (lease === undefined) throw new Error('nothing was granted')
    await store.write(async writer =>
      end(writer, [{ key: keyOf(lease), end: { kind: 'succeeded', outputs: [anOutput()] } }]),
    )
    return job
  }
  const link = async () =>
    store.write(async writer =>
      createLink(writer, {
        tokenHash: randomBytes(32),
        kind: 'invite',
        userId: queue.user(),
        role: 'member',
        validForMs: 600_000,
      }),
    )
  const old = [await ended(), await ended(), await ended()]
  const [first] = old
  if (first === undefined) throw new Error('no job')
  const key = { id: first.id, owner: first.userId }
  const seqBefore = (await store.read(async reader => show(reader, key)))?.seq ?? 0
  await link()
  // Waits for longer than anything is kept: its payload is what it will run.
  const open = await queue.submitted({ userId: queue.user(), notBefore: Date.now() + 90 * dayMs })

  const prune = {
    keys: async (at = limit) => store.write(async writer => pruneKeys(writer, { limit: at })),
    payloads: async (at = limit) =>
      store.write(async writer => prunePayloads(writer, { limit: at })),
    events: async (at = limit) => store.write(async writer => pruneEvents(writer, { limit: at })),
    links: async (at = limit) => store.write(async writer => pruneLinks(writer, { limit: at })),
  }
  test.advance(6 * dayMs)
  const fresh = await ended()
  await link()
  expect(await prune.keys(2)).toBe(2)
  expect(await prune.keys(2)).toBe(1)
  const { userId } = first
  const wanted = { userId, route: 'jobs.submit', key: 'k' }
  expect(await store.read(async reader => findKey(reader, wanted))).toBeUndefined()
  expect(
    await store.read(async reader => findKey(reader, { ...wanted, userId: fresh.userId })),
  ).toMatchObject({ jobId: fresh.id })
  expect([await prune.payloads(), await prune.events(), await prune.links()]).toEqual([0, 0, 0])

  test.advance(2 * dayMs)
  expect(await prune.payloads(2)).toBe(2)
  expect(await prune.payloads(2)).toBe(1)
  expect(await prune.payloads(2)).toBe(0)
  for (const job of [fresh, open])
    expect(await store.read(async reader => payload(reader, job.id))).toBeDefined()

  test.advance(23 * dayMs)
  const eventsBefore = await count('job_event')
  expect(await prune.events(4)).toBe(4)
  expect(await prune.events()).toBe(5)
  expect(await prune.events()).toBe(0)
  expect(await count('job_event')).toBe(eventsBefore - 9)
  expect(await prune.links()).toBe(1)
  expect(await count('one_time_link')).toBe(1)
  // The job itself stays whole, and its number never falls: live readers drop what is not newer.
  const view = await store.read(async reader => show(reader, key))
  expect(view).toMatchObject({ status: 'succeeded', outputs: [{ key: 'picture' }] })
  expect(view?.seq).toBeGreaterThanOrEqual(seqBefore)
  expect(await store.read(async reader => events(reader, { ...key, afterSeq: -1 }))).toEqual([])
})
