import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openTestStore } from '@bp/testkit/database'
import type { TestStore } from '@bp/testkit/database'
import { record } from '../audit/record.ts'
import { isLeader, noteSweep, releaseLease, renewLease, takeLease } from '../loops/loop-lease.ts'
import { find } from '../settings/find.ts'
import { put } from '../settings/put.ts'
import { sql } from '../sql.ts'
import { createLink } from './create-link.ts'
import { endSession } from './end-session.ts'
import { ensureOwner } from './ensure-owner.ts'
import { redeemLink } from './redeem-link.ts'
import { resolveSession } from './resolve-session.ts'

describe('people and the house', () => {
  let test: TestStore
  beforeAll(async () => {
    test = await openTestStore()
  })
  afterAll(async () => {
    await test[Symbol.asyncDispose]()
  })
  const owner = async () =>
    test.store.write(async writer =>
      ensureOwner(writer, { name: 'Owner', email: 'owner@localhost' }),
    )
  const link = async (tokenHash: Buffer) => {
    const { id, role } = await owner()
    return test.store.write(async writer =>
      createLink(writer, { tokenHash, kind: 'owner', userId: id, role, validForMs: 600_000 }),
    )
  }
  const redeem = async (tokenHash: Buffer, sessionToken: string) =>
    test.store.write(async writer =>
      redeemLink(writer, { tokenHash, sessionToken, validForMs: 3_600_000, ip: '127.0.0.1' }),
    )
  const resolve = async (token: string) =>
    test.store.read(async reader => resolveSession(reader, { token }))

  it('makes one owner, however often it is asked for', async () => {
    expect((await owner()).id).toBe((await owner()).id)
    expect(await owner()).toMatchObject({ role: 'admin', graphsRun: true })
  })

  it('lets a link in once, also when two hold it, and not when it is old', async () => {
    const token = randomBytes(32)
    await link(token)
    const both = await Promise.all([redeem(token, 'one'), redeem(token, 'two')])
    expect(both.filter(one => one !== undefined)).toHaveLength(1)
    const late = randomBytes(32)
    await link(late)
    test.advance(601_000)
    expect(await redeem(late, 'late')).toBeUndefined()
    expect(await redeem(randomBytes(32), 'unknown')).toBeUndefined()
  })

  it('knows a session until its end, its date, or the end of the account', async () => {
    for (const name of ['a', 'b', 'c']) {
      const token = randomBytes(32)
      await link(token)
      await redeem(token, name)
    }
    const found = await resolve('a')
    expect(found).toMatchObject({ email: 'owner@localhost', user: { role: 'admin' } })
    const now = await test.store.read(async reader => reader.now())
    expect(Math.abs((found?.expiresAt ?? 0) - now - 3_600_000)).toBeLessThan(60_000)
    expect(await resolve('unknown')).toBeUndefined()
    expect(await test.store.write(async writer => endSession(writer, { token: 'a' }))).toBe(true)
    expect(await resolve('a')).toBeUndefined()
    expect(await resolve('b')).toBeDefined()
    await test.store.write(async writer =>
      writer.run(sql`UPDATE user_account SET disabled_at = 1 WHERE id > 0`),
    )
    expect(await resolve('b')).toBeUndefined()
    await test.store.write(async writer =>
      writer.run(sql`UPDATE user_account SET disabled_at = NULL WHERE id > 0`),
    )
    test.advance(3_700_000)
    expect(await resolve('b')).toBeUndefined()
  })

  it('keeps settings by revision and records who did what', async () => {
    const set = async (value: string, rev?: number) =>
      test.store.write(async writer =>
        put(writer, { name: 'x', value, ...(rev === undefined ? {} : { rev }) }),
      )
    expect(await set('{"a":1}')).toEqual({ rev: 1 })
    expect(await set('{"a":2}')).toEqual({ refused: 'rev_stale' })
    expect(await set('{"a":2}', 1)).toEqual({ rev: 2 })
    expect(await set('{"a":3}', 1)).toEqual({ refused: 'rev_stale' })
    expect(await test.store.read(async reader => find(reader, 'x'))).toEqual({
      value: '{"a":2}',
      rev: 2,
    })
    const { id } = await owner()
    await test.store.write(async writer =>
      record(writer, {
        actorId: id,
        ip: '127.0.0.1',
        route: 'settings.put',
        target: 'x',
        requestId: 'r',
      }),
    )
    expect(
      await test.store.read(async reader => reader.all(sql`SELECT route FROM audit_log`)),
    ).toMatchObject([{ route: 'settings.put' }])
  })

  it('has one leader at a time; a paused one writes nothing after the takeover', async () => {
    const take = async (by: string) =>
      test.store.write(async writer =>
        takeLease(writer, { name: 'scale', owner: by, ttlMs: 10_000 }),
      )
    const first = await take('a')
    if (first === undefined) throw new Error('nobody leads')
    expect(await take('b')).toBeUndefined()
    expect(
      await test.store.write(async writer => renewLease(writer, { ...first, ttlMs: 10_000 })),
    ).toBe(true)
    test.advance(11_000)
    const second = await take('b')
    expect(second?.epoch).toBe(first.epoch + 1)
    expect(await test.store.write(async writer => isLeader(writer, first))).toBe(false)
    expect(
      await test.store.write(async writer => renewLease(writer, { ...first, ttlMs: 10_000 })),
    ).toBe(false)
    if (second === undefined) throw new Error('nobody took over')
    expect(await test.store.write(async writer => isLeader(writer, second))).toBe(true)
    await test.store.write(async writer => releaseLease(writer, second))
    test.advance(1)
    expect(await take('c')).toBeDefined()
  })

  it('holds the sweep off after the house itself was away', async () => {
    const note = async () =>
      test.store.write(async writer => noteSweep(writer, { awayMs: 10_000, holdMs: 35_000 }))
    expect(await note()).toEqual({ holdForMs: 0 })
    test.advance(2_000)
    expect(await note()).toEqual({ holdForMs: 0 })
    test.advance(60_000)
    expect((await note()).holdForMs).toBe(35_000)
  })
})
