import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { idEpochMs } from '@bp/contracts/ids'
import type { JobId } from '@bp/contracts/ids'
import { createdMs, createIdSource } from './ids.ts'

describe('ids', () => {
  it('tell their time and differ between slots', () => {
    const nowMs = () => idEpochMs + 1_000
    const one = createIdSource({ slot: 1, nowMs }).next<JobId>()
    const two = createIdSource({ slot: 2, nowMs }).next<JobId>()
    expect(createdMs(one)).toBe(idEpochMs + 1_000)
    expect(one).not.toBe(two)
    expect(() => createIdSource({ slot: 1_024, nowMs }).next()).toThrow('slot 1024')
  })

  it('only ever grow, whatever the clock does', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -10_000, max: 10_000 }), { minLength: 2 }), steps => {
        let now = idEpochMs + 1_000_000
        const ids = createIdSource({ slot: 7, nowMs: () => now })
        const made = steps.map(step => {
          now += step
          return ids.next<JobId>()
        })
        return made.every((id, at) => at === 0 || id > (made[at - 1] ?? 0n))
      }),
    )
  })

  it('borrow from the next millisecond when one is full', () => {
    const ids = createIdSource({ slot: 0, nowMs: () => idEpochMs + 5 })
    const made = Array.from({ length: 10_000 }, () => ids.next<JobId>())
    expect(new Set(made).size).toBe(10_000)
    expect(createdMs(made.at(-1) ?? 0n)).toBe(idEpochMs + 7)
  })
})
