import { afterAll, beforeAll, expect, it } from 'vitest'
import type { EffectId } from '@bp/contracts/ids'
import { assertSound } from '@bp/testkit/assert-sound'
import { openTestStore, type TestStore } from '@bp/testkit/database'
import { anOutput, keyOf, queueFixture, type QueueFixture } from '@bp/testkit/queue-fixture'
import { submit } from '../jobs/submit.ts'
import { end } from '../leases/end.ts'
import { runTimes } from './run-times.ts'

let test: TestStore
let queue: QueueFixture
beforeAll(async () => {
  test = await openTestStore()
  queue = await queueFixture(test.store)
})
afterAll(async () => {
  await assertSound(test.store)
  await test[Symbol.asyncDispose]()
})

it('tells how long the newest succeeded runs of each effect took, and of nothing else', async () => {
  const { store } = test
  const effectId = store.ids.next<EffectId>()
  const run = async (runMs: number, isGood: boolean, more: { readonly effectId?: EffectId }) => {
    await queue.submitted({ userId: queue.user(), ...more })
    const [lease] = await queue.grantTo(await queue.worker())
    if (lease === undefined) throw new Error('nothing was granted')
    test.advance(runMs)
    await store.write(async writer =>
      end(writer, [
        {
          key: keyOf(lease),
          end: isGood
            ? { kind: 'succeeded', outputs: [anOutput()] }
            : { kind: 'job_fault', code: 'node_error' },
        },
      ]),
    )
  }
  const look = async (window: number) => store.read(async reader => runTimes(reader, { window }))
  expect(await look(500)).toEqual(new Map())
  await run(3_000, true, { effectId })
  await run(90_000, false, { effectId })
  await run(5_000, true, {})
  await run(9_000, true, { effectId })
  const times = (await look(500)).get(effectId) ?? []
  expect(times.map(ms => Math.floor(ms / 1000)).toSorted((a, b) => a - b)).toEqual([3, 9])
  expect((await look(500)).size).toBe(1)

  // The window is of jobs, not of runs that fit: what lies below it is not read.
  const later = Array.from({ length: 3 }, () => queue.job())
  await store.write(async writer => submit(writer, later))
  expect((await look(4)).get(effectId)).toHaveLength(1)
  expect(await look(3)).toEqual(new Map())
})
