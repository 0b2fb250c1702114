import { expect, it } from 'vitest'
import { createHealth } from '../health.ts'
import { startLoop } from './loop.ts'

const log = { debug: none, info: none, warn: none, error: none }
function none(): void {}

it('goes on after a round that failed, and says so', async () => {
  let nowMs = 0
  const health = createHealth(() => nowMs)
  let rounds = 0
  let fails = true
  const loop = startLoop({
    name: 'test',
    everyMs: 10,
    tick: async () => {
      rounds++
      if (fails) throw new Error('no')
      return undefined
    },
    health,
    log,
  })
  await expect.poll(() => rounds).toBeGreaterThan(2)
  expect(health.parts()).toMatchObject([{ name: 'loop test', status: 'warn' }])
  nowMs = 100_000
  expect(health.parts()).toMatchObject([{ status: 'fail' }])
  fails = false
  await expect.poll(() => health.parts()[0]?.status).toBe('ok')
  await loop[Symbol.asyncDispose]()
  const ended = rounds
  loop.wake()
  await new Promise(resolve => setImmediate(resolve))
  expect(rounds).toBe(ended)
})

it('ticks at once when it is woken, and tells a round that its time is over', async () => {
  let rounds = 0
  const seen: boolean[] = []
  const loop = startLoop({
    name: 'test',
    everyMs: 3_600_000,
    limitMs: 20,
    tick: async signal => {
      rounds++
      await new Promise(resolve => signal.addEventListener('abort', resolve))
      seen.push(signal.aborted)
      return undefined
    },
    health: createHealth(() => 0),
    log,
  })
  await expect.poll(() => seen).toEqual([true])
  loop.wake()
  await expect.poll(() => rounds).toBe(2)
  await loop[Symbol.asyncDispose]()
})
