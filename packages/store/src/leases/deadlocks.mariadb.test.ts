import { expect, it } from 'vitest'
import { assertSound } from '@bp/testkit/assert-sound'
import { openTestStore } from '@bp/testkit/database'
import { keyOf, queueFixture } from '@bp/testkit/queue-fixture'
import type { QueueFixture } from '@bp/testkit/queue-fixture'
import { backlog } from '../fleets/backlog.ts'
import { promote } from '../jobs/promote.ts'
import { submit } from '../jobs/submit.ts'
import { int } from '../row.ts'
import { sql } from '../sql.ts'
import type { Store } from '../store.ts'
import { end } from './end.ts'
import type { EndKind } from './lease-end.ts'

const deadlocks = async (store: Store): Promise<number> => {
  const row = await store.read(async reader =>
    reader.first(sql`SHOW GLOBAL STATUS LIKE 'Innodb_deadlocks'`),
  )
  return int.read(row?.['Value'])
}
const endings: readonly EndKind[] = [
  { kind: 'succeeded', outputs: [] },
  { kind: 'succeeded', outputs: [] },
  { kind: 'released', reason: 'spot' },
  { kind: 'infrastructure', code: 'network' },
]

/** Takes and ends until nothing of the fleet is left, whoever took it. */
async function work(store: Store, queue: QueueFixture): Promise<void> {
  const workerId = await queue.worker()
  for (let round = 0; round < 5_000; round++) {
    const granted = await queue.grantTo(workerId, 8, store)
    await store.write(async writer =>
      end(
        writer,
        granted.map((one, at) => ({
          key: keyOf(one),
          end: endings[(round + at) % endings.length] ?? { kind: 'lost' },
        })),
      ),
    )
    await store.write(async writer => promote(writer, { limit: 100 }))
    const left = await store.read(async reader => backlog(reader, queue.fleetId))
    if (left.ready + left.held + left.delayed === 0) return
  }
  throw new Error('the queue was not worked off')
}

it('meets no deadlock with submitters and claimers of three processes, limits included', async () => {
  await using test = await openTestStore({ dialect: 'mariadb' })
  const stores = [test.store, await test.another(), await test.another()]
  const queue = await queueFixture(test.store)
  const users = Array.from({ length: 6 }, () => queue.user())
  await Promise.all(
    users.map(async userId => {
      await queue.submitted({ userId })
    }),
  )
  await test.store.write(async writer =>
    writer.run(sql`UPDATE fleet_user SET max_active = 5 WHERE fleet_id = ${queue.fleetId}`),
  )
  const before = await deadlocks(test.store)
  const clock = setInterval(() => {
    test.advance(20_000)
  }, 20)
  try {
    await Promise.all(
      stores.flatMap(store => [
        ...Array.from({ length: 2 }, async () => {
          for (let round = 0; round < 10; round++) {
            const jobs = users.map(userId => queue.job({ userId }))
            await store.write(async writer => submit(writer, jobs))
          }
        }),
        ...Array.from({ length: 2 }, async () => work(store, queue)),
      ]),
    )
    await work(test.store, queue)
  } finally {
    clearInterval(clock)
  }
  expect((await deadlocks(test.store)) - before).toBe(0)
  await assertSound(test.store)
}, 60_000)
