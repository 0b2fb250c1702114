import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brandId, type WorkerId } from '@bp/contracts/ids'
import { decideLocal, type LocalScaling } from './local-rule.ts'

const worker = (n: number): WorkerId => brandId<WorkerId>(BigInt(n))
const idle = (n: number, idleSinceMs: number) => ({ workerId: worker(n), idleSinceMs })
const nothing: LocalScaling = {
  nowMs: 100_000,
  waiting: 0,
  supply: { idle: [], busy: 0, booting: 0 },
  max: 2,
  idleMs: 60_000,
  bootFailures: { count: 0, lastMs: 0 },
}

describe('decideLocal', () => {
  it.each<[string, Partial<LocalScaling>, object]>([
    ['rests at zero', {}, { launch: 0, drain: [], reason: 'none', text: 'Nothing waits.' }],
    ['starts from zero', { waiting: 1 }, { launch: 1, text: 'Starting 1 worker: 1 job waits.' }],
    ['starts no more than may run', { waiting: 9 }, { launch: 2 }],
    [
      'counts workers that start already',
      { waiting: 2, supply: { idle: [], busy: 0, booting: 2 } },
      { launch: 0, reason: 'booting', text: '2 jobs wait for 2 workers that start.' },
    ],
    [
      'says that it is full',
      { waiting: 3, supply: { idle: [], busy: 2, booting: 0 } },
      { launch: 0, reason: 'at_max', text: '3 jobs wait; 2 of 2 workers are there already.' },
    ],
    [
      'ends a worker that was idle for its time, and only that one',
      { supply: { idle: [idle(1, 40_000), idle(2, 40_001)], busy: 0, booting: 0 } },
      { launch: 0, drain: [worker(1)], reason: 'idle' },
    ],
    [
      'knows when to look again',
      { supply: { idle: [idle(1, 90_000)], busy: 0, booting: 0 } },
      { drain: [], lookAgainMs: 50_000 },
    ],
    [
      'ends no idle worker while something waits',
      { waiting: 1, supply: { idle: [idle(1, 0)], busy: 0, booting: 0 } },
      { launch: 0, drain: [] },
    ],
    [
      'holds back after failed boots',
      { waiting: 1, bootFailures: { count: 3, lastMs: 99_000 } },
      { launch: 0, reason: 'boot_backoff', lookAgainMs: 3_000 },
    ],
    [
      'then tries one alone',
      { waiting: 2, bootFailures: { count: 3, lastMs: 90_000 } },
      { launch: 1, reason: 'launch' },
    ],
    [
      'ends the longest idle when fewer may run',
      { max: 1, supply: { idle: [idle(1, 90_000), idle(2, 80_000)], busy: 0, booting: 0 } },
      { launch: 0, drain: [worker(2)], reason: 'above_max' },
    ],
  ])('%s', (_name, facts, decision) => {
    expect(decideLocal({ ...nothing, ...facts })).toMatchObject(decision)
  })

  it('never passes max, never launches and drains at once, always says a sentence', () => {
    const n = fc.integer({ min: 0, max: 6 })
    fc.assert(
      fc.property(
        n,
        n,
        n,
        n,
        n,
        fc.integer({ min: 0, max: 8 }),
        (waiting, idles, busy, booting, failures, max) => {
          const supply = {
            idle: Array.from({ length: idles }, (_, place) => idle(place, place * 20_000)),
            busy,
            booting,
          }
          const bootFailures = { count: failures, lastMs: 98_000 }
          const decision = decideLocal({ ...nothing, waiting, supply, max, bootFailures })
          const total = idles + busy + booting
          const room = Math.max(0, max - total)
          expect(decision.launch).toBeLessThanOrEqual(room)
          expect(decision.launch * decision.drain.length).toBe(0)
          expect(decision.launch).toBeGreaterThanOrEqual(0)
          expect(decision.drain.length).toBeLessThanOrEqual(idles)
          expect(decision.text).toMatch(/^[A-Z0-9].*\.$/)
        },
      ),
    )
  })
})
