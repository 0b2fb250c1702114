import { describe, expect, it } from 'vitest'
import { shapes } from '../config/shapes.ts'
import { monthlyCost } from './monthly-cost.ts'

const together = (shape: keyof typeof shapes, onlyPaused = false) =>
  monthlyCost(shapes[shape])
    .filter(line => line.isPaidPaused || !onlyPaused)
    .reduce((sum, line) => sum + line.usdMonth, 0)

describe('the cost of a month in which nothing runs', () => {
  it('is what the shapes promise', () => {
    expect(together('recommended')).toBeGreaterThan(230)
    expect(together('recommended')).toBeLessThan(300)
    expect(together('cheapest')).toBeLessThan(85)
  })

  it('does not go away by pausing: network, door, database and cache stay', () => {
    expect(together('recommended', true)).toBeGreaterThan(150)
    expect(together('cheapest', true)).toBeGreaterThan(50)
    expect(together('cheapest', true)).toBeLessThan(together('cheapest'))
  })

  it('names every line, and no line is free', () => {
    for (const line of Object.values(shapes).flatMap(shape => monthlyCost(shape)))
      expect({ ...line, isCounted: line.usdMonth > 0 }).toMatchObject({
        what: expect.stringMatching(/\w/),
        isCounted: true,
      })
  })
})
