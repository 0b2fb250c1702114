/** The commands that an operator runs once beside a system, as processes, like the tasks that workflows start. */
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openTestBackend, writeBlurEffect } from './testing/test-backend.ts'

const bin = join(import.meta.dirname, '../bin/backend.ts')

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bp-one-off-'))
})
afterEach(() => rm(folder, { recursive: true, force: true }))

const run = (words: readonly string[]) =>
  new Promise<{ code: number; said: string }>(resolve => {
    const env = {
      ...process.env,
      BP_DATA: join(folder, 'data'),
      BP_EFFECTS: join(folder, 'effects'),
      BP_PUBLIC_URL: 'http://127.0.0.1:4000',
    }
    execFile(process.execPath, [bin, ...words], { env }, (fault, out, err) => {
      const code = fault === null ? 0 : Number(fault.code)
      resolve({ code, said: out + err })
    })
  })

it('bring a database up, fill it, and let its first admin in', async () => {
  await writeBlurEffect(join(folder, 'effects'))
  const behind = await run(['migrate', '--status'])
  expect(behind).toMatchObject({ code: 1 })
  expect(behind.said).toContain('schema_behind: the database is at 0')
  expect((await run(['link'])).code).toBe(1)

  expect((await run(['migrate'])).said).toContain('Applied:')
  expect(await run(['migrate', '--status'])).toMatchObject({ code: 0 })
  expect((await run(['seed', 'effects'])).said).toContain('blur: created')
  expect(await run(['seed'])).toMatchObject({ code: 0, said: expect.stringContaining('unchanged') })
  expect(await run(['seed', 'demo'])).toMatchObject({ code: 2 })

  const link = await run(['link'])
  const token = /^http:\/\/127\.0\.0\.1:4000\/start#(\S+)$/m.exec(link.said)?.[1]
  await using test = await openTestBackend({ folder })
  const redeemed = await test.call('POST', '/api/v1/auth/link/redeem', { body: { token } })
  expect(redeemed.body).toMatchObject({ user: { role: 'admin', via: 'session' } })
}, 60_000)
