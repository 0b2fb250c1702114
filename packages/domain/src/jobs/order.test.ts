import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { inOrder, raiseFloor, reserve } from './order.ts'

const cost = fc.integer({ min: 0, max: 10_000_000 })

describe('reserve', () => {
  it('lets a newcomer join at the head, and one with a backlog behind it', () => {
    const idle = { nextPass: 90_000, idle: true, weight: 100 }
    expect(reserve(idle, 5_000, [2_000, 3_000])).toEqual({ passes: [5_000, 7_000], next: 10_000 })
    expect(reserve({ ...idle, idle: false }, 5_000, [2_000]).passes).toEqual([90_000])
  })

  it('clamps odd estimates to 1 s … 1 h', () => {
    const line = { nextPass: 0, idle: true, weight: 100 }
    expect(reserve(line, 0, [0, 99_999_999]).passes).toEqual([0, 1_000])
    expect(reserve(line, 0, [0, 99_999_999]).next).toBe(3_601_000)
  })

  it('gives strictly growing passes, never before the floor, and the next after the last', () => {
    fc.assert(
      fc.property(
        fc.record({
          nextPass: fc.nat(),
          idle: fc.boolean(),
          weight: fc.integer({ min: 1, max: 65_535 }),
        }),
        fc.nat(),
        fc.array(cost, { minLength: 1, maxLength: 50 }),
        (line, floor, costs) => {
          const { passes, next } = reserve(line, floor, costs)
          const all = [...passes, next]
          expect(all[0]).toBeGreaterThanOrEqual(floor)
          for (let n = 1; n < all.length; n++)
            expect(all[n] ?? 0).toBeGreaterThan(all[n - 1] ?? Infinity)
          expect(all.every(Number.isSafeInteger)).toBe(true)
        },
      ),
    )
  })

  it('gives weights 1 : 3 machine time 1 : 3', () => {
    const costs = Array.from({ length: 400 }, () => 10_000)
    const light = reserve({ nextPass: 0, idle: true, weight: 100 }, 0, costs).passes
    const heavy = reserve({ nextPass: 0, idle: true, weight: 300 }, 0, costs).passes
    const first = [
      ...light.map(pass => ({ pass, user: 1 })),
      ...heavy.map(pass => ({ pass, user: 3 })),
    ]
      .toSorted((a, b) => a.pass - b.pass)
      .slice(0, 400)
    const share = first.filter(({ user }) => user === 3).length / 400
    expect(share).toBeGreaterThan(0.74)
    expect(share).toBeLessThan(0.76)
  })
})

describe('raiseFloor', () => {
  it('never falls and is the smallest pass of the newest batch', () => {
    expect(raiseFloor(10, [30, 20])).toBe(20)
    expect(raiseFloor(25, [30, 20])).toBe(25)
    expect(raiseFloor(25, [])).toBe(25)
  })
})

describe('inOrder', () => {
  it('is priority, then pass, then age', () => {
    const rows = [
      { prio: 2, pass: 5, jobId: 2n },
      { prio: 2, pass: 5, jobId: 1n },
      { prio: 1, pass: 9, jobId: 3n },
      { prio: 2, pass: 4, jobId: 4n },
    ]
    expect(rows.toSorted(inOrder).map(row => row.jobId)).toEqual([3n, 4n, 1n, 2n])
  })
})
