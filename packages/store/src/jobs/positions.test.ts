import { afterAll, beforeAll, expect, it } from 'vitest'
import { jobPriorities } from '@bp/contracts/jobs'
import { inOrder } from '@bp/domain/jobs/order'
import { assertSound } from '@bp/testkit/assert-sound'
import { openTestStore, type TestStore } from '@bp/testkit/database'
import { queueFixture, type QueueFixture } from '@bp/testkit/queue-fixture'
import { ensure } from '../fleets/ensure.ts'
import { pause } from '../fleets/pause.ts'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { positions } from './positions.ts'
import { readyJobs, lanes } from './rows.ts'
import type { WaitingRow } from './rows.ts'
import { submit } from './submit.ts'

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

it('are those of the whole line, for many jobs in a handful of statements', async () => {
  const { store } = test
  const other = await store.write(async writer =>
    ensure(writer, {
      stage: 'production',
      slug: 'other',
      name: 'Other',
      dials: '{}',
      generation: 'g1',
      bareGraphs: true,
    }),
  )
  const workflows = Array.from({ length: 3 }, () => store.ids.next<never>())
  const prios = ['high', 'normal', 'low'] as const
  const submitAll = async (jobs: Parameters<typeof submit>[1]) => {
    await store.write(async writer => submit(writer, jobs))
  }
  const people = Array.from({ length: 5 }, () => queue.user())
  const jobs = Array.from({ length: 300 }, (_, at) => {
    const workflowId = workflows[at % 4]
    return queue.job({
      userId: people[at % 5] ?? queue.user(),
      prio: prios[at % 3] ?? 'normal',
      costMs: 1_000 + ((at * 7_919) % 50_000),
      ...(workflowId === undefined ? {} : { workflowId }),
      ...(at % 7 === 0 ? { fleetId: other.id } : {}),
    })
  })
  await submitAll(jobs)
  // A line that is paused is no line: nobody waits behind it.
  await store.write(async writer =>
    pause(writer, {
      bit: 'workflow',
      fleetId: queue.fleetId,
      reason: 'test',
      ...(workflows[0] === undefined ? {} : { workflowId: workflows[0] }),
    }),
  )
  const { all, laneOf } = await store.read(async reader => ({
    all: (await reader.all(sql`SELECT ${readyJobs.select()} FROM job_ready`)).map(row =>
      readyJobs.read(row),
    ),
    laneOf: new Map(
      (await reader.all(sql`SELECT ${lanes.select()} FROM lane`)).map(row => {
        const lane = lanes.read(row)
        return [lane.id, lane]
      }),
    ),
  }))
  expect(all).toHaveLength(300)
  const placeOf = (row: WaitingRow) => ({ ...row, prio: jobPriorities.numberOf(row.prio) })
  const fleetOf = (row: WaitingRow) => laneOf.get(row.laneId)?.fleetId ?? 0
  const expected = (row: WaitingRow) =>
    all.filter(
      one =>
        fleetOf(one) === fleetOf(row) &&
        laneOf.get(one.laneId)?.paused === 0 &&
        inOrder(placeOf(one), placeOf(row)) < 0,
    ).length
  const asked = all.filter((_, at) => at % 4 === 0)

  let statements = 0
  const found = await store.read(async reader =>
    positions(
      counting(reader, () => statements++),
      asked.map(row => ({ ...row, id: row.jobId, fleetId: fleetOf(row) })),
    ),
  )
  expect(asked.map(row => found.get(row.jobId))).toEqual(asked.map(expected))
  expect(statements).toBeLessThan(12)

  // Counted up to a thousand, in one line as over several.
  await submitAll(
    Array.from({ length: 500 }, () => queue.job({ userId: queue.user(), prio: 'high' })),
  )
  await submitAll(
    Array.from({ length: 500 }, () => queue.job({ userId: queue.user(), prio: 'normal' })),
  )
  const last = queue.job({ userId: queue.user(), prio: 'low' })
  await submitAll([last])
  const row = await store.read(async reader =>
    reader.first(sql`SELECT ${readyJobs.select()} FROM job_ready WHERE job_id = ${last.id}`),
  )
  if (row === undefined) throw new Error('the last job is not in line')
  const behind = { ...readyJobs.read(row), id: last.id, fleetId: queue.fleetId }
  const capped = await store.read(async reader => positions(reader, [behind]))
  expect(capped.get(last.id)).toBe(1_000)
  expect(await store.read(async reader => positions(reader, []))).toEqual(new Map())
})

/** The same reader, which says how many statements it was given. */
function counting(reader: Reader, count: () => void): Reader {
  return {
    dialect: reader.dialect,
    nowMs: reader.nowMs,
    now: async () => reader.now(),
    all: async statement => {
      count()
      return reader.all(statement)
    },
    first: async statement => {
      count()
      return reader.first(statement)
    },
    allOf: async all => {
      all.forEach(count)
      return reader.allOf(all)
    },
  }
}
