import { expect, it } from 'vitest'
import { openTestStore } from '@bp/testkit/database'
import { sql } from '../sql.ts'

it('runs every connection at READ COMMITTED, each checked out twice', async () => {
  await using test = await openTestStore({ dialect: 'mariadb' })
  const { store } = test
  // The short sleep keeps a connection busy, so that each of them is met.
  const level = sql`SELECT @@tx_isolation AS level, @@autocommit AS auto, SLEEP(0.01)`
  for (let round = 0; round < 2; round++) {
    const eight = Array.from({ length: 8 })
    const reads = await Promise.all(
      eight.map(async () => store.read(async reader => reader.first(level))),
    )
    const writes = await Promise.all(
      eight.map(async () => store.write(async writer => writer.first(level))),
    )
    expect(new Set(reads.map(row => row?.['level']))).toEqual(new Set(['READ-COMMITTED']))
    expect(writes.map(row => [row?.['level'], Number(row?.['auto'])])).toEqual(
      eight.map(() => ['READ-COMMITTED', 0]),
    )
  }
})

it('runs a transaction again that was the victim of a deadlock, and leaves nothing of the first try', async () => {
  await using test = await openTestStore({ dialect: 'mariadb' })
  const { store } = test
  const put = (name: string) =>
    sql`INSERT INTO setting (name, value, rev, by_id, at) VALUES (${name}, ${Buffer.from('{}')}, 0, 0, 0)`
  await store.write(async writer => writer.many([put('a'), put('b')]))
  const touch = (name: string) => sql`UPDATE setting SET rev = rev + 1 WHERE name = ${name}`
  let arrived = 0
  const both = Promise.withResolvers<void>()
  const cross = async (first: string, second: string): Promise<number> => {
    let tries = 0
    await store.write(async writer => {
      tries++
      await writer.run(touch(first))
      if (++arrived === 2) both.resolve()
      await both.promise
      await writer.run(touch(second))
    })
    return tries
  }
  const tries = await Promise.all([cross('a', 'b'), cross('b', 'a')])
  expect(new Set(tries)).toEqual(new Set([1, 2]))
  const rows = await store.read(async reader =>
    reader.all(sql`SELECT rev FROM setting ORDER BY name`),
  )
  expect(rows.map(row => row['rev'])).toEqual([2, 2])
})
