import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestStore } from '@bp/testkit/database'
import type { TestStore } from '@bp/testkit/database'
import { ensure } from '../fleets/ensure.ts'
import { fleetForGraphs, fleetServing } from '../fleets/serving.ts'
import { sql } from '../sql.ts'
import { assign } from '../workflows/assign.ts'
import { findVersion } from '../workflows/find-version.ts'
import { find } from '../workflows/find.ts'
import { list } from '../workflows/list.ts'
import { findMedia } from './find-media.ts'
import { findPublished, findState } from './find-published.ts'
import { listPublished } from './list-published.ts'
import { seed } from './seed.ts'
import type { Seed } from './seed.ts'

const hash = (text: string): Buffer => createHash('sha256').update(text).digest()
const graph = '{"1":{"class_type":"LoadImage","inputs":{"seed":18446744073709551615,"f":1.0}}}'

const soft = (edition: string): Seed => ({
  slug: 'soft-focus',
  name: 'Soft focus',
  description: 'Blurs.',
  seedHash: hash(edition),
  graph: Buffer.from(graph),
  graphHash: hash(graph),
  structureHash: hash('structure'),
  inputs: '[]',
  inputSchema: '{}',
  outputs: '[]',
  needs: '{}',
  content: `{"name":"Soft focus ${edition}"}`,
  media: [
    {
      sha256: hash('cover'),
      objectKey: 'effects/soft-focus/cover.webp',
      contentType: 'image/webp',
      width: 8,
      height: 6,
      alt: 'A harbour',
    },
  ],
})

describe('seeds', () => {
  let test: TestStore
  beforeAll(async () => {
    test = await openTestStore()
  })
  afterAll(async () => {
    await test[Symbol.asyncDispose]()
  })
  const put = async (one: Seed, options: Parameters<typeof seed>[2] = {}) =>
    test.store.write(async writer => seed(writer, one, options))
  const published = async () =>
    test.store.read(async reader => findPublished(reader, { slug: 'soft-focus' }))

  it('come once, change with their folder, and keep what an admin has published', async () => {
    const { store } = test
    const fleet = await store.write(async writer =>
      ensure(writer, {
        stage: 'production',
        slug: 'local',
        name: 'Local',
        dials: '{}',
        generation: 'g',
        bareGraphs: true,
      }),
    )
    expect(await put(soft('a'), { assign: [{ stage: 'production', fleetId: fleet.id }] })).toBe(
      'created',
    )
    const first = await published()
    expect(first).toMatchObject({ n: 1, workflowN: 1, content: '{"name":"Soft focus a"}' })
    expect(first?.media).toHaveLength(1)
    expect(await put(soft('a'))).toBe('unchanged')
    expect((await published())?.n).toBe(1)

    const version = await store.read(async reader => findVersion(reader, { slug: 'soft-focus' }))
    expect(version?.graph.toString()).toBe(graph)
    const workflow = await store.read(async reader => find(reader, { slug: 'soft-focus' }))
    if (workflow === undefined) throw new Error('no workflow')
    expect(
      await store.read(async reader =>
        fleetServing(reader, { workflowId: workflow.id, stage: 'production' }),
      ),
    ).toEqual({ fleetId: fleet.id, none: false })
    expect(
      await store.read(async reader =>
        fleetServing(reader, { workflowId: workflow.id, stage: 'staging' }),
      ),
    ).toMatchObject({ none: true })
    expect(
      await store.read(async reader => fleetForGraphs(reader, { stage: 'production' })),
    ).toEqual({ fleetId: fleet.id, none: false })
    expect(await store.read(list)).toMatchObject([
      { slug: 'soft-focus', currentN: 1, fleets: [{ fleetId: fleet.id }] },
    ])

    expect(await put(soft('b'))).toBe('updated')
    expect(await published()).toMatchObject({ n: 2, workflowN: 2 })
    expect(
      await store.read(async reader => findVersion(reader, { slug: 'soft-focus', n: 1 })),
    ).toMatchObject({ n: 1 })

    await store.write(async writer =>
      writer.run(sql`UPDATE effect SET published_n = 1 WHERE slug = 'soft-focus'`),
    )
    expect(await put(soft('c'))).toBe('kept')
    expect((await published())?.content).toBe('{"name":"Soft focus a"}')

    await store.write(async writer =>
      assign(writer, { workflowId: workflow.id, stage: 'production', by: store.ids.next() }),
    )
    expect(
      await store.read(async reader =>
        fleetServing(reader, { workflowId: workflow.id, stage: 'production' }),
      ),
    ).toMatchObject({ none: true })
  })

  it('leave nothing behind when one of them is broken', async () => {
    const broken = { ...soft('x'), slug: 'broken', graphHash: Buffer.from('too short') }
    await expect(put(broken)).rejects.toThrow('a key of 9 bytes where 32 belong')
    expect(
      await test.store.read(async reader => findState(reader, { slug: 'broken' })),
    ).toBeUndefined()
    expect(await test.store.read(async reader => find(reader, { slug: 'broken' }))).toBeUndefined()
  })

  it('are shown while published, with their pictures', async () => {
    const media = async () =>
      test.store.read(async reader =>
        findMedia(reader, { slug: 'soft-focus', sha256: hash('cover') }),
      )
    expect((await test.store.read(listPublished)).map(one => one.slug)).toEqual(['soft-focus'])
    expect(await media()).toMatchObject({ contentType: 'image/webp' })
    await test.store.write(async writer =>
      writer.run(sql`UPDATE effect SET state = 2 WHERE slug = 'soft-focus'`),
    )
    expect(await published()).toBeUndefined()
    expect(await test.store.read(async reader => findState(reader, { slug: 'soft-focus' }))).toBe(
      'disabled',
    )
  })
})
