import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestStore } from '@bp/testkit/database'
import type { TestStore } from '@bp/testkit/database'
import * as assetRows from './assets/rows.ts'
import * as auditRows from './audit/rows.ts'
import * as effectRows from './effects/rows.ts'
import * as fleetRows from './fleets/rows.ts'
import * as jobRows from './jobs/rows.ts'
import * as launchRows from './launches/rows.ts'
import * as leaseRows from './leases/rows.ts'
import { assertSchemaCurrent, migrate, schemaState } from './migrate.ts'
import { columnNames, dumpSchema, tableNames } from './schema-dump.ts'
import { sql } from './sql.ts'
import { tables } from './tables.ts'
import * as userRows from './users/rows.ts'
import * as workerRows from './workers/rows.ts'
import * as workflowRows from './workflows/rows.ts'

const codecs = [
  assetRows,
  auditRows,
  effectRows,
  fleetRows,
  jobRows,
  launchRows,
  leaseRows,
  userRows,
  workerRows,
  workflowRows,
].flatMap(room => Object.values(room))

describe('the schema', () => {
  let test: TestStore
  beforeAll(async () => {
    test = await openTestStore()
  })
  afterAll(async () => {
    await test[Symbol.asyncDispose]()
  })

  // Refresh with `vitest run packages/store/src/schema.test.ts -u`, once for each project of the store.
  it('equals its golden dump', async () => {
    const { store } = test
    const version =
      store.dialect === 'sqlite'
        ? undefined
        : await store.read(async reader => reader.first(sql`SELECT VERSION() AS version`))
    const name =
      version === undefined
        ? 'sqlite'
        : `mariadb-${/^\d+\.\d+/.exec(String(version['version']))?.[0]}`
    await expect(await store.read(dumpSchema)).toMatchFileSnapshot(`../schema/${name}.sql`)
  })

  it('has a note for every table, and a table for every note, owners included', async () => {
    const names = await test.store.read(tableNames)
    expect(new Set(Object.keys(tables))).toEqual(new Set(names))
    for (const [name, note] of Object.entries(tables)) {
      if (note.owner !== 'user_id') continue
      expect(await test.store.read(async reader => columnNames(reader, name)), name).toContain(
        'user_id',
      )
    }
  })

  it('has exactly the columns that the row codecs read and write', async () => {
    for (const codec of codecs) {
      const columns = await test.store.read(async reader => columnNames(reader, codec.name))
      expect(new Set(codec.columns), codec.name).toEqual(new Set(columns))
    }
  })

  it('is migrated once, and refuses a changed or a newer file', async () => {
    await using fresh = await openTestStore({ isEmpty: true })
    const { store } = fresh
    expect(await store.read(schemaState)).toMatchObject({ current: 0, state: 'schema_behind' })
    await expect(store.read(assertSchemaCurrent)).rejects.toMatchObject({ code: 'schema_behind' })
    expect((await migrate(store)).applied).toContain('0001_queue')
    expect(await migrate(store)).toEqual({ applied: [] })
    await store.read(assertSchemaCurrent)
    await store.write(async writer =>
      writer.run(sql`UPDATE migration SET sha256 = 'x' WHERE number = 1`),
    )
    await expect(migrate(store)).rejects.toMatchObject({ code: 'migration_changed' })
    await store.write(async writer =>
      writer.run(sql`UPDATE migration SET number = 9000 WHERE number = 1`),
    )
    await expect(migrate(store)).rejects.toMatchObject({ code: 'schema_ahead' })
  })

  it('keeps what was recorded: no change, and no removal of what is young', async () => {
    const { store } = test
    const insert = async (id: bigint) =>
      store.write(async writer =>
        writer.run(sql`INSERT INTO audit_log (id, actor_id, key_id, ip, route, target, outcome, request_id, diff)
          VALUES (${id}, 1, 0, '', 'test', '', 0, '', ${Buffer.from('{}')})`),
      )
    const young = store.ids.next()
    await insert(young)
    await insert(1n)
    await expect(
      store.write(async writer =>
        writer.run(sql`UPDATE audit_log SET ip = 'x' WHERE id = ${young}`),
      ),
    ).rejects.toThrow('append-only')
    await expect(
      store.write(async writer => writer.run(sql`DELETE FROM audit_log WHERE id = ${young}`)),
    ).rejects.toThrow('400 days')
    await store.write(async writer => writer.run(sql`DELETE FROM audit_log WHERE id = 1`))
  })

  it('rolls back every error, and a read cannot write', async () => {
    const { store } = test
    const put = sql`INSERT INTO setting (name, value, rev, by_id, at) VALUES ('a', ${Buffer.from('{}')}, 1, 0, 0)`
    await expect(
      store.write(async writer => {
        await writer.run(put)
        throw new Error('after the write')
      }),
    ).rejects.toThrow('after the write')
    expect(await store.read(async reader => reader.all(sql`SELECT name FROM setting`))).toEqual([])
    await expect(store.read(async reader => reader.all(put))).rejects.toThrow(/read.?only/i)
  })
})
