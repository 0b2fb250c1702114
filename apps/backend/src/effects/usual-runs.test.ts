import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { brandId, type EffectId } from '@bp/contracts/ids'
import type { Effect, EffectSummary } from '@bp/contracts/shapes/effects'
import { startFakeWorker } from '../testing/fake-worker.ts'
import { openTestBackend, type TestBackend } from '../testing/test-backend.ts'
import { createUsualRuns, usualOf } from './usual-runs.ts'

describe('how long an effect usually takes', () => {
  it.each([
    [[], null],
    [[100, 200], null],
    [
      [300, 100, 200],
      [200, 300],
    ],
    [Array.from({ length: 100 }, (_, at) => 100 - at), [50, 90]],
  ])('is the median and the ninth tenth of %j', (times, usual) => {
    expect(usualOf(times)).toEqual(usual)
  })

  it('is looked up once in half a minute, and again after a look that failed', async () => {
    let nowMs = 0
    let looks = 0
    let fails = true
    const effectId = brandId<EffectId>(7n)
    const runs = createUsualRuns(
      async () => {
        looks++
        if (fails) throw new Error('no')
        return new Map([[effectId, [1, 2, 3]]])
      },
      () => nowMs,
    )
    await expect(runs.all()).rejects.toThrow('no')
    fails = false
    const [first, second] = await Promise.all([runs.all(), runs.all()])
    expect(first.get(effectId)).toEqual([2, 3])
    expect(second).toBe(first)
    nowMs = 29_999
    await runs.all()
    expect(looks).toBe(2)
    nowMs = 30_001
    await runs.all()
    expect(looks).toBe(3)
  })
})

describe('on the wire', () => {
  let test: TestBackend
  beforeAll(async () => {
    test = await openTestBackend()
  })
  afterAll(() => test[Symbol.asyncDispose]())

  it('says the same in the list and on the page', async () => {
    const worker = await startFakeWorker(test)
    for (let run = 0; run < 3; run++) {
      const asking = worker.lease()
      await test.submitBlur(test.owner)
      const lease = await asking
      await worker.complete(lease, [await worker.bring(lease)])
    }
    const list = await test.call<{ data: EffectSummary[] }>('GET', '/api/v1/effects')
    const usual = list.body.data[0]?.usual_run_ms
    expect(usual).toEqual([expect.any(Number), expect.any(Number)])
    const page = await test.call<Effect>('GET', '/api/v1/effects/blur')
    expect(page.body.usual_run_ms).toEqual(usual)
  })
})
