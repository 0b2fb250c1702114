import { expect, it } from 'vitest'
import { jsonLog } from './log.ts'
import { startStateLine } from './state-line.ts'

it('writes a line at the start, at each change and once in a while, each a whole JSON object', async () => {
  const lines: string[] = []
  const read = () => lines.map(line => JSON.parse(line))
  let isBusy = false
  using state = startStateLine({
    isBusy: () => isBusy,
    log: jsonLog(line => lines.push(line)),
    everyMs: 30,
  })
  state.look()
  expect(read()).toMatchObject([{ event: 'agent.state', state: 'idle' }])
  isBusy = true
  state.look()
  expect(read()).toMatchObject([{ state: 'idle' }, { state: 'busy' }])
  const { since } = read()[1]
  expect(new Date(since).toISOString()).toBe(since)
  // The time stays that of the change, however often it is said.
  await expect
    .poll(() => read().filter(line => line.state === 'busy').length, { timeout: 15_000 })
    .toBeGreaterThan(3)
  expect(
    new Set(
      read()
        .slice(1)
        .map(line => line.since),
    ).size,
  ).toBe(1)
})
