import { describe, expect, it } from 'vitest'
import { median, percentile, row, short } from './measure.ts'

describe('figures', () => {
  it.each([
    [[3, 1, 2], 2],
    [[4, 1, 2, 3], 2.5],
    [[7], 7],
  ])('the median of %j is %d', (values, middle) => {
    expect(median(values)).toBe(middle)
  })

  it('takes a percentile by nearest rank', () => {
    const values = Array.from({ length: 100 }, (_, at) => at + 1)
    expect([percentile(values, 0.5), percentile(values, 0.99), percentile(values, 1)]).toEqual([
      50, 99, 100,
    ])
  })

  it('refuses to make a figure of nothing', () => {
    expect(() => row('nothing', 'ms', [])).toThrow('nothing was measured')
    expect(() => percentile([], 0.5)).toThrow('nothing was measured')
  })

  it('shows three digits that matter', () => {
    expect([0.12345, 12.345, 123.45, 1234.5].map(short)).toEqual(['0.123', '12.3', '123', '1235'])
  })
})
