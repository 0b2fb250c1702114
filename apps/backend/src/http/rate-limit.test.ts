import { expect, it } from 'vitest'
import { createRateLimiter } from './rate-limit.ts'

const limited = expect.objectContaining({ code: 'rate_limited' })

it('lets a burst through, then one at its pace, and says how long to wait', () => {
  let nowMs = 0
  const limiter = createRateLimiter(1, () => nowMs)
  for (let n = 0; n < 60; n++) limiter.take('submit', 'a')
  expect(() => limiter.take('submit', 'a')).toThrow(limited)
  // Somebody else, and another class, have their own.
  limiter.take('submit', 'b')
  limiter.take('read', 'a')
  nowMs += 500
  limiter.take('submit', 'a')
  expect(() => limiter.take('submit', 'a')).toThrow(
    expect.objectContaining({ code: 'rate_limited', retryAfterS: 1 }),
  )
})

it('tells what is left', () => {
  const headers = createRateLimiter(1, () => 0).take('submit', 'a')
  expect(headers).toEqual({
    'ratelimit-policy': '"submit";q=120;w=60',
    ratelimit: '"submit";r=59;t=1',
  })
})

it('is switched off by a factor of 0', () => {
  const limiter = createRateLimiter(0, () => 0)
  for (let n = 0; n < 1_000; n++) expect(limiter.take('link', 'a')).toEqual({})
})

it('refuses the eleventh link within ten minutes', () => {
  const limiter = createRateLimiter(1, () => 0)
  for (let n = 0; n < 10; n++) limiter.take('link', '127.0.0.1')
  expect(() => limiter.take('link', '127.0.0.1')).toThrow(limited)
})
