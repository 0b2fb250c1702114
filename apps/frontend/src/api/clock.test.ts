import { expect, it } from 'vitest'
import { createServerClock } from './clock.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

it('follows the server, however wrong the visitor’s own clock is', () => {
  let monotonicMs = 500
  const clock = createServerClock(
    () => monotonicMs,
    () => 7_200_000,
  )
  expect(clock.now()).toBe(7_200_000)
  clock.hear(iso(1_000_000))
  expect(clock.now()).toBe(1_000_000)
  monotonicMs += 250
  expect(clock.now()).toBe(1_000_250)
})

it('is not turned back by an old answer, nor by something that is no time', () => {
  const clock = createServerClock(
    () => 0,
    () => 0,
  )
  clock.hear(iso(5_000_000))
  clock.hear(iso(4_000_000))
  clock.hear('yesterday')
  expect(clock.now()).toBe(5_000_000)
})
