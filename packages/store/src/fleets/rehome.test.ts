import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { UserId, WorkflowId } from '@bp/contracts/ids'
import { assertSound } from '@bp/testkit/assert-sound'
import { openTestStore } from '@bp/testkit/database'
import type { TestStore } from '@bp/testkit/database'
import { queueFixture } from '@bp/testkit/queue-fixture'
import type { QueueFixture } from '@bp/testkit/queue-fixture'
import { seed } from '../effects/seed.ts'
import { promote } from '../jobs/promote.ts'
import { peek } from '../leases/peek.ts'
import { int } from '../row.ts'
import { sql } from '../sql.ts'
import { find as findWorkflow } from '../workflows/find.ts'
import { backlog } from './backlog.ts'
import { create } from './create.ts'
import type { NewFleet } from './create.ts'
import { find } from './find.ts'
import { rehome } from './rehome.ts'
import { fleetServing } from './serving.ts'

let test: TestStore
let queue: QueueFixture
let admin: UserId
beforeAll(async () => {
  test = await openTestStore()
  queue = await queueFixture(test.store)
  admin = queue.user()
})
afterEach(async () => {
  await assertSound(test.store)
})
afterAll(() => test[Symbol.asyncDispose]())

const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
const workflow = async (slug: string): Promise<WorkflowId> => {
  await test.store.write(writer =>
    seed(writer, {
      slug,
      name: slug,
      description: '',
      seedHash: hash(slug),
      graph: Buffer.from('{}'),
      graphHash: hash(slug),
      structureHash: hash(slug),
      inputs: '[]',
      inputSchema: '{}',
      outputs: '[]',
      needs: '{}',
      content: '{}',
      media: [],
    }),
  )
  const found = await test.store.read(reader => findWorkflow(reader, { slug }))
  if (found === undefined) throw new Error(slug)
  return found.id
}
const fleet = (slug: string, stage: NewFleet['stage'] = 'staging'): NewFleet => ({
  stage,
  slug,
  name: slug,
  template: 'gpu-24gb',
  instanceTypes: 'g6.xlarge',
  dials: '{}',
})
const make = async (wanted: NewFleet, workflows: 'all' | readonly string[] = 'all') => {
  const made = await test.store.write(writer => create(writer, wanted, { workflows, by: admin }))
  if ('unknownWorkflows' in made) throw new Error(made.unknownWorkflows.join(' '))
  return made
}
const noneOf = async (stage: NewFleet['stage']): Promise<number> => {
  const row = await test.store.read(reader => find(reader, { stage, slug: 'none' }))
  return row?.id ?? 0
}
const rehomeAll = async (): Promise<number> => {
  for (let sum = 0; ;) {
    const { moved } = await test.store.write(writer => rehome(writer))
    if (moved === 0) return sum
    sum += moved
  }
}
const waits = (fleetId: number) => test.store.read(reader => backlog(reader, fleetId))

it('moves what waits for nobody to the fleet that comes, in its order, wherever it waits', async () => {
  const blur = await workflow('blur')
  const none = await noneOf('staging')
  const [mia, tom] = [queue.user(), queue.user()]
  const job = { fleetId: none, workflowId: blur }
  const first = await queue.submitted({ ...job, userId: mia })
  // One at a time for her: the others are held.
  await test.store.write(writer =>
    writer.run(
      sql`UPDATE fleet_user SET max_active = 1 WHERE fleet_id = ${none} AND user_id = ${mia}`,
    ),
  )
  const second = await queue.submitted({ ...job, userId: mia })
  const third = await queue.submitted({ ...job, userId: mia })
  const other = await queue.submitted({ ...job, userId: tom })
  const now = await test.store.read(reader => reader.now())
  const later = await queue.submitted({ ...job, userId: tom, notBefore: now + 3_600_000 })
  expect(await waits(none)).toMatchObject({ ready: 2, held: 2, delayed: 1 })
  expect(await rehomeAll()).toBe(0)

  const { row, isNew } = await make(fleet('portraits'))
  expect(isNew).toBe(true)
  expect(await rehomeAll()).toBe(5)
  expect(await waits(none)).toMatchObject({ ready: 0, held: 0, delayed: 0 })
  expect(await waits(row.id)).toMatchObject({ ready: 4, held: 0, delayed: 1 })
  const line = await test.store.read(reader => peek(reader, { fleetId: row.id, limit: 10 }))
  const hers = line.filter(one => one.userId === mia).map(one => one.jobId)
  expect(hers).toEqual([first.id, second.id, third.id])
  expect(line.map(one => one.jobId)).toContain(other.id)

  // What was delayed comes into the line of its new fleet.
  await test.store.write(writer =>
    writer.run(sql`UPDATE job_delayed SET due_at = ${now - 1} WHERE job_id = ${later.id}`),
  )
  await test.store.write(writer => promote(writer, { limit: 10 }))
  expect(await waits(row.id)).toMatchObject({ ready: 5, delayed: 0 })
})

it('takes bare graphs from nobody, and from no fleet that has them', async () => {
  const none = await noneOf('production')
  const userId = queue.user()
  await queue.submitted({ fleetId: none, userId })
  // `production/test` of the fixture takes bare graphs.
  expect(await rehomeAll()).toBe(1)
  expect(await waits(queue.fleetId)).toMatchObject({ ready: 1 })
  await make(fleet('second', 'production'), [])
  expect(await rehomeAll()).toBe(0)
})

it('follows a workflow that was given to another fleet', async () => {
  const sharp = await workflow('sharp')
  const old = await make(fleet('old'), ['sharp'])
  await queue.submitted({ fleetId: old.row.id, workflowId: sharp, userId: queue.user() })
  const next = await make(fleet('next'), ['sharp'])
  expect(
    await test.store.read(reader => fleetServing(reader, { workflowId: sharp, stage: 'staging' })),
  ).toEqual({ fleetId: next.row.id, none: false })
  expect(await rehomeAll()).toBe(1)
  expect(await waits(next.row.id)).toMatchObject({ ready: 1 })
})

it('loses and doubles nothing while others submit and move as well', async () => {
  const grain = await workflow('grain')
  const none = await noneOf('staging')
  const userId = queue.user()
  const submit = () => queue.submitted({ fleetId: none, workflowId: grain, userId })
  for (let n = 0; n < 20; n++) await submit()
  const { row } = await make(fleet('grainy'), ['grain'])
  await Promise.all([
    ...Array.from({ length: 4 }, () => test.store.write(writer => rehome(writer))),
    ...Array.from({ length: 10 }, submit),
  ])
  await rehomeAll()
  expect(await waits(none)).toMatchObject({ ready: 0 })
  expect(await waits(row.id)).toMatchObject({ ready: 30 })
})

it('makes a fleet once, however often it is asked', async () => {
  const made = await Promise.all(Array.from({ length: 3 }, () => make(fleet('once'), [])))
  expect(new Set(made.map(one => one.row.id)).size).toBe(1)
  expect(made.filter(one => one.isNew)).toHaveLength(1)
  expect((await make({ ...fleet('once'), name: 'Another' }, [])).row.name).toBe('once')
})

it('refuses everything for a workflow that is none', async () => {
  const answer = await test.store.write(writer =>
    create(writer, fleet('lost'), { workflows: ['blur', 'nope'], by: admin }),
  )
  expect(answer).toEqual({ unknownWorkflows: ['nope'] })
  const rows = await test.store.read(reader =>
    reader.all(sql`SELECT COUNT(*) AS found FROM fleet WHERE slug = 'lost'`),
  )
  expect(int.read(rows[0]?.['found'])).toBe(0)
})
