import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { brandId, formatId, idEpochMs, idPattern, idTimeMs, parseId, type JobId } from './ids.ts'

const anyId = fc.bigInt({ min: 0n, max: (1n << 63n) - 1n }).map(value => brandId<JobId>(value))

describe('ids', () => {
  it('come back from their text unchanged, up to 63 bits', () => {
    fc.assert(fc.property(anyId, id => parseId('job', formatId('job', id)) === id))
  })

  it('keep their order as text, so lists by id are lists by time', () => {
    fc.assert(
      fc.property(anyId, anyId, (a, b) => a < b === formatId('job', a) < formatId('job', b)),
    )
  })

  it('fit the pattern that schemas use', () => {
    fc.assert(fc.property(anyId, id => new RegExp(idPattern('job')).test(formatId('job', id))))
  })

  it('refuse other nouns, other alphabets and numbers beyond 63 bits', () => {
    const id = formatId('job', brandId<JobId>(5n))
    expect(parseId('asset', id)).toBeUndefined()
    expect(parseId('job', id.toUpperCase())).toBeUndefined()
    expect(parseId('job', 'job_000000000000u')).toBeUndefined()
    expect(parseId('job', 'job_zzzzzzzzzzzzz')).toBeUndefined()
    expect(parseId('job', 'job_5')).toBeUndefined()
  })

  it('tell when they were made', () => {
    const madeMs = idEpochMs + 1_234_567
    expect(idTimeMs((BigInt(madeMs - idEpochMs) << 22n) | 4_095n)).toBe(madeMs)
  })
})
