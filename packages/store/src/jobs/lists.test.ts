import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assertSound } from '@bp/testkit/assert-sound'
import { openTestStore } from '@bp/testkit/database'
import type { TestStore } from '@bp/testkit/database'
import { queueFixture } from '@bp/testkit/queue-fixture'
import type { QueueFixture } from '@bp/testkit/queue-fixture'
import { pageOfShelf } from '../assets/list.ts'
import { assets } from '../assets/rows.ts'
import type { AssetRow } from '../assets/rows.ts'
import { addStorage } from '../assets/storage.ts'
import { insertRows } from '../insert-rows.ts'
import { windowOf } from '../leases/peek.ts'
import { join, sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import { askCancel } from './ask-cancel.ts'
import { events } from './events.ts'
import { listAll } from './list-all.ts'
import { pageOfOwner, pageOfState } from './list-rows.ts'
import { list } from './list.ts'
import { resolveCancel } from './resolve-cancel.ts'
import { retrySource } from './retry-source.ts'
import { show } from './show.ts'
import { submit } from './submit.ts'
import { readyMatch } from './waiting-match.ts'

describe('lists of jobs', () => {
  let test: TestStore
  let queue: QueueFixture
  let owner: ReturnType<QueueFixture['user']>
  let stranger: ReturnType<QueueFixture['user']>
  const read: TestStore['store']['read'] = async fn => test.store.read(fn)
  const effectId = () => test.store.ids.next<NonNullable<Parameters<typeof list>[1]['effectId']>>()
  let effect: ReturnType<typeof effectId>

  beforeAll(async () => {
    test = await openTestStore()
    queue = await queueFixture(test.store)
    owner = queue.user()
    stranger = queue.user()
    effect = effectId()
    const info = {
      kind: 'effect',
      api: 'v1',
      flags: 0,
      metadata: { order: '7' },
      input: '{"radius":9}',
    } as const
    const own = Array.from({ length: 60 }, (_, at) =>
      queue.job({
        userId: owner,
        ...(at % 10 === 0 ? { effectId: effect } : {}),
        info: { ...info, tags: at % 2 === 0 ? ['even'] : ['odd'] },
      }),
    )
    await test.store.write(async writer => submit(writer, own))
    await test.store.write(async writer =>
      submit(
        writer,
        Array.from({ length: 400 }, () => queue.job({ userId: stranger })),
      ),
    )
    const canceled = own.slice(0, 5).map(job => job.id)
    for (const jobId of canceled)
      await test.store.write(async writer => askCancel(writer, { jobId, owner, by: owner }))
    await test.store.write(async writer => resolveCancel(writer, canceled))
    await test.store.write(async writer =>
      insertRows(
        writer,
        assets,
        Array.from({ length: 400 }, (_, at) => picture(at)),
      ),
    )
    await test.store.write(async writer =>
      addStorage(writer, new Map([[owner, { bytes: 400, assets: 400 }]])),
    )
    // Without fresh statistics the plans below would be those of empty tables.
    if (test.store.dialect === 'mariadb') {
      await test.store.write(async writer =>
        writer.all({ text: 'ANALYZE TABLE job, job_ready, asset, label', params: [] }),
      )
    }
  })
  afterAll(async () => {
    await assertSound(test.store)
    await test[Symbol.asyncDispose]()
  })

  const picture = (at: number): AssetRow => ({
    id: test.store.ids.next(),
    userId: owner,
    shelf: 'results',
    kind: 'image',
    source: 'output',
    favourite: false,
    thumbs: 0,
    jobId: test.store.ids.next(),
    effectId: effect,
    sizeBytes: 1,
    sha256: null,
    blake3: null,
    contentType: 'image/png',
    width: 1,
    height: 1,
    durationMs: null,
    fpsMilli: null,
    thumbhash: null,
    name: `${at}`,
    alt: '',
    find: '',
    tags: '[]',
    objectKey: '',
    trashedAt: null,
    expiresAt: null,
    goneAt: null,
  })
  const pages = async (filter: Omit<Parameters<typeof list>[1], 'owner'>) => {
    const ids: bigint[] = []
    let before: Parameters<typeof list>[1]['before']
    for (let page = 0; page < 20; page++) {
      const found = await read(async reader =>
        list(reader, { ...filter, owner, ...(before === undefined ? {} : { before }) }),
      )
      ids.push(...found.rows.map(row => row.id))
      if (!found.hasMore) return ids
      before = found.next
    }
    throw new Error('the list has no end')
  }

  it('pages through all of one person and nobody else', async () => {
    const ids = await pages({ limit: 7 })
    expect(ids).toHaveLength(60)
    expect(ids).toEqual(ids.toSorted((a, b) => (a < b ? 1 : -1)))
    expect(await read(async reader => list(reader, { owner: queue.user(), limit: 5 }))).toEqual({
      rows: [],
      hasMore: false,
    })
  })

  it('filters by status, effect, label and all of them together', async () => {
    expect(await pages({ limit: 2, statuses: ['canceled'] })).toHaveLength(5)
    expect(await pages({ limit: 25, statuses: ['queued'] })).toHaveLength(55)
    expect(await pages({ limit: 25, statuses: ['queued', 'canceled'] })).toHaveLength(60)
    expect(await pages({ limit: 25, statuses: ['running', 'succeeded'] })).toHaveLength(0)
    expect(await pages({ limit: 4, effectId: effect })).toHaveLength(6)
    expect(await pages({ limit: 8, tag: 'even' })).toHaveLength(30)
    expect(
      await pages({ limit: 8, tag: 'even', metadata: { key: 'order', value: '7' } }),
    ).toHaveLength(30)
    expect(await pages({ limit: 8, tag: 'even', statuses: ['canceled'] })).toHaveLength(3)
    expect(await pages({ limit: 8, metadata: { key: 'order', value: '8' } })).toHaveLength(0)
  })

  it('shows admins everybody', async () => {
    const first = await read(async reader => listAll(reader, { limit: 100 }))
    expect(first).toMatchObject({ hasMore: true })
    expect(first.rows).toHaveLength(100)
    const canceled = await read(async reader =>
      listAll(reader, { limit: 100, statuses: ['canceled'] }),
    )
    expect(canceled.rows).toHaveLength(5)
  })

  it('keeps what it was given, to the letter', async () => {
    const job = queue.job({
      userId: owner,
      info: {
        kind: 'graph',
        api: 'v1',
        flags: 0,
        tags: ['x'],
        metadata: { a: 'b' },
        input: '{"seed":18446744073709551615,"f":1.0}',
      },
    })
    await test.store.write(async writer => submit(writer, [job]))
    const view = await read(async reader => show(reader, { id: job.id, owner }))
    expect(view?.info).toMatchObject({
      input: '{"seed":18446744073709551615,"f":1.0}',
      tags: ['x'],
      metadata: { a: 'b' },
    })
  })

  it('is not there for anybody else', async () => {
    const [id] = await pages({ limit: 100 })
    const key = { id: queue.job().id, owner: stranger }
    Object.assign(key, { id })
    expect(await read(async reader => show(reader, key))).toBeUndefined()
    expect(await read(async reader => events(reader, { ...key, afterSeq: -1 }))).toBeUndefined()
    expect(await read(async reader => retrySource(reader, key))).toBeUndefined()
    expect(
      await test.store.write(async writer =>
        askCancel(writer, { jobId: key.id, owner: stranger, by: stranger }),
      ),
    ).toBeUndefined()
    const mine = { ...key, owner }
    expect(await read(async reader => retrySource(reader, mine))).toMatchObject({
      info: { userId: owner },
    })
  })

  const plan = async (statement: Sql): Promise<Readonly<Record<string, unknown>>> => {
    const rows = await test.store.write(async reader =>
      reader.all({
        ...statement,
        text: `${reader.dialect === 'sqlite' ? 'EXPLAIN QUERY PLAN' : 'EXPLAIN'} ${statement.text}`,
      }),
    )
    return rows[0] ?? {}
  }
  const expectRange = async (statement: Sql, index: string, keyLength: number, sqlite: RegExp) => {
    const found = await plan(statement)
    if (test.store.dialect === 'sqlite') {
      expect(found['detail']).toMatch(sqlite)
      return
    }
    expect(found).toMatchObject({ key: index, type: 'range' })
    expect(Number(found['key_len'])).toBeGreaterThanOrEqual(keyLength)
    expect(String(found['Extra'])).not.toMatch(/filesort|temporary/i)
  }

  it('locks and deletes rows by full primary key', async () => {
    const rows = await read(async reader =>
      reader.all(sql`SELECT lane_id, pass, job_id FROM job_ready LIMIT 3`),
    )
    const jobs = rows.map(row => ({
      laneId: Number(row['lane_id']),
      prio: 'normal' as const,
      pass: Number(row['pass']),
      jobId: queue.job().id,
    }))
    for (const where of test.store.dialect === 'sqlite'
      ? jobs.map(readyMatch)
      : [
          join(
            jobs.map(readyMatch).map(one => sql`(${one})`),
            ' OR ',
          ),
        ]) {
      await expectRange(
        sql`DELETE FROM job_ready WHERE ${where}`,
        'PRIMARY',
        21,
        /^SEARCH job_ready USING PRIMARY KEY \(lane_id=\? AND prio=\? AND pass=\? AND job_id=\?\)/,
      )
    }
  })

  it('reads the ready line, job pages and the gallery as one range of their index', async () => {
    await read(async reader => {
      const middle = test.store.ids.next()
      await expectRange(
        windowOf({ laneId: 1, prio: 'normal' }, 256),
        'PRIMARY',
        13,
        /^SEARCH job_ready USING PRIMARY KEY \(lane_id=\? AND prio=\? AND pass>/,
      )
      await expectRange(
        sql`${pageOfOwner(reader, owner, middle)} LIMIT 51`,
        'job_user',
        16,
        /^SEARCH job USING COVERING INDEX job_user \(user_id=\? AND id</,
      )
      await expectRange(
        sql`${pageOfState(reader, owner, 'canceled', middle)} LIMIT 51`,
        'job_user_state',
        17,
        /^SEARCH job USING COVERING INDEX job_user_state \(user_id=\? AND state=\? AND id</,
      )
      await expectRange(
        sql`${pageOfShelf(reader, { owner, shelf: 'results' }, middle)} ORDER BY id DESC LIMIT 51`,
        'asset_shelf',
        17,
        /^SEARCH asset USING INDEX asset_shelf \(user_id=\? AND shelf=\? AND id</,
      )
    })
  })
})
