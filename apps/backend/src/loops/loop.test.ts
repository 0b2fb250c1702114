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
  expect(health.parts()).toMatchObject([{ name: 'loops', status: 'warn' }])
  nowMs = 100_000
  expect(health.parts()).toMatchObject([{ status: 'fail' }])
  fails = false
  await expect
    .poll(() => health.parts())
    .toEqual([{ name: 'loops', status: 'ok', text: '1 loop runs.' }])
  await loop[Symbol.asyncDispose]()
  const ended = rounds
  loop.wake()
  await new Promise(resolve => setImmediate(resolve))
  expect(rounds).toBe(ended)
})

it('is one part of the health, however many there are; the worst one gives its status', () => {
  let nowMs = 0
  const health = createHealth(() => nowMs)
  expect(health.parts()).toEqual([])
  for (const name of ['sweep', 'settle', 'scale']) health.ticked(name, 'ok')
  expect(health.parts()).toEqual([{ name: 'loops', status: 'ok', text: '3 loops run.' }])
  health.ticked('sweep', 'failed')
  nowMs = 61_000
  health.ticked('settle', 'ok')
  health.ticked('settle', 'failed')
  // One round that failed is no failure of the whole, however rarely its loop runs.
  expect(health.parts()).toMatchObject([{ name: 'loops', status: 'warn' }])
  nowMs = 65_000
  health.ticked('settle', 'failed')
  health.ticked('sweep', 'failed')
  expect(health.parts()).toEqual([
    {
      name: 'loops',
      status: 'fail',
      text: 'sweep: 2 rounds in a row have failed; the last good one was 65 s ago. settle: 2 rounds in a row have failed; the last good one was 4 s ago.',
    },
  ])
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
