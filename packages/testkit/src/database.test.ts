import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { find } from '@bp/store/settings/find'
import { put } from '@bp/store/settings/put'
import { openTestStore } from './database.ts'

describe('a test store', () => {
  it('has the schema, a clock that tests move, and nothing of its neighbour', async () => {
    await using one = await openTestStore({ dialect: 'sqlite' })
    await using other = await openTestStore({ dialect: 'sqlite' })
    await one.store.write(writer => put(writer, { name: 'here', value: '1' }))
    expect(await one.store.read(reader => find(reader, 'here'))).toMatchObject({ value: '1' })
    expect(await other.store.read(reader => find(reader, 'here'))).toBeUndefined()

    const before = await one.store.read(reader => reader.now())
    one.advance(3_600_000)
    expect((await one.store.read(reader => reader.now())) - before).toBeGreaterThanOrEqual(
      3_600_000,
    )
  })

  it('leaves no file behind', async () => {
    const gone = await openTestStore({ dialect: 'sqlite' })
    const file = gone.config.dialect === 'sqlite' ? gone.config.file : ''
    expect(existsSync(file)).toBe(true)
    await gone[Symbol.asyncDispose]()
    expect(existsSync(file)).toBe(false)
  })
})
