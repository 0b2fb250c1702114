import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatAge, formatBytes, formatDuration, formatPercent, formatRange } from './format.ts'

it.each([
  [0, '0 bytes'],
  [1, '1 bytes'],
  [999, '999 bytes'],
  [1_000, '1 kB'],
  [4_123_456, '4.1 MB'],
  [67_108_864, '67 MB'],
  [2_147_483_648, '2.1 GB'],
])('%d bytes are %s', (bytes, text) => {
  expect(formatBytes(bytes)).toBe(text)
})

it.each([
  [-5, '0 s'],
  [40, '40 ms'],
  [840, '0.8 s'],
  [9_949, '9.9 s'],
  [12_400, '12 s'],
  [60_000, '1 min'],
  [185_000, '3 min 5 s'],
  [7_800_000, '2 h 10 min'],
])('%d ms are %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

describe('a usual time', () => {
  it.each([
    [[120, 300], 'under 1 s'],
    [[600, 1_400], 'about 1 s'],
    [[1_200, 3_600], '1–4 s'],
    [[12_000, 18_500], '12–19 s'],
    [[21_000, 44_000], '20–45 s'],
    [[120_000, 230_000], '2–4 min'],
    [[5_000, 5_000], 'about 5 s'],
  ] as const)('%j is %s', (range, text) => {
    expect(formatRange(range)).toBe(text)
  })
  it('covers what it was made of, however odd', () => {
    fc.assert(
      fc.property(fc.nat(3_600_000), fc.nat(3_600_000), (low, high) => {
        const text = formatRange([low, high])
        expect(text).toMatch(/^(under 1 s|about \d+ (s|min)|\d+–\d+ (s|min))$/)
        const top =
          Number(/(\d+) (?:s|min)$/.exec(text)?.[1]) * (text.endsWith('min') ? 60_000 : 1_000)
        expect(top + 1_000).toBeGreaterThanOrEqual(Math.max(low, high) - 500)
      }),
    )
  })
})

it.each([
  [0, 'just now'],
  [-60_000, 'just now'],
  [34_000, '30 s ago'],
  [125_000, '2 min ago'],
  [7_300_000, '2 h ago'],
  [90_000_000, 'yesterday'],
])('%d ms before now is %s', (ms, text) => {
  const now = Date.UTC(2026, 5, 15, 12)
  expect(formatAge(now - ms, now)).toBe(text)
})

it('never says 100 % before it is', () => {
  expect(formatPercent(0.999)).toBe('99 %')
  expect(formatPercent(1)).toBe('100 %')
})
