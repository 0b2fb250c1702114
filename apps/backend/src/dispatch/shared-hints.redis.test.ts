import { spawnSync } from 'node:child_process'
import { expect, it, vi } from 'vitest'
import { brandId, type JobId, type UserId } from '@bp/contracts/ids'
import { openTestStore } from '@bp/testkit/database'
import { openTestRedis, type TestRedis } from '../../test/redis.ts'
import { createHealth, type Health } from '../health.ts'
import { startFakeWorker } from '../testing/fake-worker.ts'
import { openTestBackend } from '../testing/test-backend.ts'
import { createHints, type JobHint } from './hints.ts'
import { shareHints } from './shared-hints.ts'

const patience = { timeout: 30_000 }
const job = { jobId: brandId<JobId>(7n), userId: brandId<UserId>(3n) }

/** One backend's hints, and what it hears. */
function open(redis: Pick<TestRedis, 'host' | 'port'>, token: string) {
  const health = createHealth(Date.now)
  const hints = shareHints({
    own: createHints(),
    redis: { host: redis.host, port: redis.port, tls: false },
    token,
    health,
    log: { debug: ignore, info: ignore, warn: ignore, error: ignore },
  })
  const heard: JobHint[] = []
  const worked = vi.fn<() => void>()
  hints.onJob(hint => heard.push(hint))
  hints.onWork(worked)
  return {
    hints,
    heard,
    worked,
    status: () => statusOf(health),
    [Symbol.asyncDispose]: () => hints[Symbol.asyncDispose](),
  }
}

const ignore = (): void => undefined

const statusOf = (health: Health): string | undefined =>
  health.parts().find(({ name }) => name === 'hints')?.status

it('what one backend tells, another hears once, and itself no second time', async () => {
  await using redis = await openTestRedis()
  await using one = open(redis, redis.password)
  await using two = open(redis, redis.password)
  await expect.poll(() => [one.status(), two.status()], patience).toEqual(['ok', 'ok'])

  one.hints.started([job])
  one.hints.progressed([job])
  one.hints.work()
  await expect.poll(() => two.worked.mock.calls.length, patience).toBe(1)
  const told = [
    { ...job, what: 'job' },
    { ...job, what: 'progress' },
  ]
  expect(two.heard).toEqual(told)
  // An answer of the other proves that all of one's own have been delivered before it.
  two.hints.work()
  await expect.poll(() => one.worked.mock.calls.length, patience).toBe(2)
  expect(one.heard).toEqual(told)
})

it('a Redis that goes is missed by nobody but health, and found again when it is back', async () => {
  const redis = await openTestRedis()
  await using one = open(redis, redis.password)
  await using two = open(redis, redis.password)
  await expect.poll(() => [one.status(), two.status()], patience).toEqual(['ok', 'ok'])
  await redis[Symbol.asyncDispose]()
  await expect.poll(() => [one.status(), two.status()], patience).toEqual(['warn', 'warn'])
  one.hints.started([job])
  expect(one.heard).toEqual([{ ...job, what: 'job' }])

  await using again = await openTestRedis(redis)
  expect(again.port).toBe(redis.port)
  await expect.poll(() => [one.status(), two.status()], patience).toEqual(['ok', 'ok'])
  await expect
    .poll(() => {
      one.hints.work()
      return two.worked.mock.calls.length
    }, patience)
    .toBeGreaterThan(0)
  // What was told while nobody listened is lost, as a hint may be.
  expect(two.heard).toEqual([])
})

it('a wrong password is said by health, and keeps nobody from work', async () => {
  await using redis = await openTestRedis()
  await using one = open(redis, 'another')
  await expect.poll(() => one.status(), patience).toBe('warn')
  one.hints.work()
  expect(one.worked).toHaveBeenCalledOnce()
})

it('a submit at one backend wakes a worker that waits at another', async context => {
  if (spawnSync('sh', ['-c', 'PATH=$PATH:/usr/sbin command -v mariadbd']).status !== 0)
    context.skip('needs mariadb: apt-get install mariadb-server')
  await using database = await openTestStore({ dialect: 'mariadb' })
  const { config } = database
  if (config.dialect !== 'mariadb') throw new Error('a MariaDB was asked for')
  await using redis = await openTestRedis()
  const shared = {
    database: { host: 'localhost', port: 0, ...config },
    env: {
      BP_REDIS_HOST: redis.host,
      BP_REDIS_PORT: String(redis.port),
      BP_REDIS_AUTH_TOKEN: redis.password,
    },
  }
  await using here = await openTestBackend(shared)
  await using there = await openTestBackend(shared)
  for (const { backend } of [here, there])
    await expect.poll(() => statusOf(backend.context.health), patience).toBe('ok')

  const hinted = vi.fn<() => void>()
  const worker = await startFakeWorker(there)
  const polled = worker.lease()
  there.backend.context.hints.onJob(hinted)
  const submitted = await here.submitBlur(here.owner)
  expect((await polled).job).toBe(submitted.id)
  await expect.poll(() => hinted.mock.calls.length, patience).toBeGreaterThan(0)
})
