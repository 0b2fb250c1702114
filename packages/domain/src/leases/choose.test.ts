import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brandId, type JobId, type WorkerId } from '@bp/contracts/ids'
import { choose, isEligible, type Waiter, type WindowRow } from './choose.ts'

const worker = (n: number): WorkerId => brandId<WorkerId>(BigInt(n))
const row = (n: number, more: Partial<WindowRow> = {}): WindowRow => ({
  jobId: brandId<JobId>(BigInt(n)),
  prio: 2,
  pass: n,
  costMs: 1_000,
  avoidWorkerId: null,
  ...more,
})
const waiter = (n: number, more: Partial<Waiter> = {}): Waiter => ({
  workerId: worker(n),
  slots: 1,
  lastBusyMs: null,
  acceptUntilMs: null,
  ...more,
})
const facts = { nowMs: 10_000, liveWorkers: 3, pairsMax: 64 }
const shown = (pairs: ReturnType<typeof choose>) =>
  pairs.map(pair => `${pair.row.jobId}→${pair.waiter.workerId}`)

describe('choose', () => {
  it('gives the head of the line to the most recently busy worker', () => {
    const waiters = [waiter(1), waiter(2, { lastBusyMs: 9_000 }), waiter(3, { lastBusyMs: 5_000 })]
    expect(shown(choose([row(20), row(10)], waiters, facts))).toEqual(['10→2', '20→3'])
  })

  it('keeps a job from the worker that lost it, unless that is the only one', () => {
    const avoided = row(1, { avoidWorkerId: worker(1) })
    expect(shown(choose([avoided, row(2)], [waiter(1)], facts))).toEqual(['2→1'])
    expect(shown(choose([avoided], [waiter(1)], { ...facts, liveWorkers: 1 }))).toEqual(['1→1'])
  })

  it('gives nothing to a worker that would be gone before it ends', () => {
    const leaving = waiter(1, { acceptUntilMs: 11_500 })
    expect(shown(choose([row(1, { costMs: 2_000 }), row(2)], [leaving], facts))).toEqual(['2→1'])
  })

  it('fills slots, never more, each job once, only to who may have it', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 500 }), { maxLength: 40 }),
        fc.uniqueArray(fc.integer({ min: 1, max: 20 }), { maxLength: 10 }),
        fc.integer({ min: 1, max: 4 }),
        fc.integer({ min: 1, max: 20 }),
        (jobs, workers, slots, pairsMax) => {
          const window = jobs.map(n =>
            row(n, { avoidWorkerId: n % 3 === 0 ? worker(n % 20) : null }),
          )
          const law = { ...facts, pairsMax }
          const pairs = choose(
            window,
            workers.map(n => waiter(n, { slots })),
            law,
          )
          expect(pairs.length).toBeLessThanOrEqual(Math.min(pairsMax, workers.length * slots))
          expect(new Set(pairs.map(pair => pair.row.jobId)).size).toBe(pairs.length)
          for (const pair of pairs) {
            expect(isEligible(pair.row, pair.waiter, law)).toBe(true)
            const given = pairs.filter(other => other.waiter === pair.waiter)
            expect(given.length).toBeLessThanOrEqual(slots)
          }
          const passes = pairs.map(pair => pair.row.pass)
          expect(passes).toEqual(passes.toSorted((a, b) => a - b))
          const reversed = choose(
            window.toReversed(),
            workers.toReversed().map(n => waiter(n, { slots })),
            law,
          )
          expect(shown(reversed)).toEqual(shown(pairs))
        },
      ),
    )
  })
})
