import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseId, type WorkerId } from '@bp/contracts/ids'
import type { Job } from '@bp/contracts/shapes/jobs'
import { show } from '@bp/store/workers/show'
import { startFakeWorker } from '../testing/fake-worker.ts'
import { openTestBackend, type TestBackend } from '../testing/test-backend.ts'
import { createWaiters } from './waiters.ts'

describe('the dispatcher', () => {
  let test: TestBackend
  let workerId: WorkerId
  let fleetId = 0
  beforeAll(async () => {
    test = await openTestBackend()
    const worker = await startFakeWorker(test)
    const id = parseId('worker', worker.id)
    if (id === undefined) throw new Error('a worker without an id')
    workerId = id
    const row = await test.backend.context.store.read(reader => show(reader, id))
    fleetId = row?.fleetId ?? 0
  })
  afterAll(() => test[Symbol.asyncDispose]())
  const ask = () => ({
    fleetId,
    workerId,
    claimId: Buffer.from(randomUUID().replaceAll('-', ''), 'hex'),
    slots: 1,
    acceptUntilMs: null,
  })
  const jobOf = async (id: string): Promise<Job> =>
    (await test.call<Job>('GET', `/api/v1/jobs/${id}`, { as: test.owner })).body

  it('takes back what could not be delivered, to its old place and uncounted', async () => {
    const { dispatcher } = test.backend.context
    const { signal } = new AbortController()
    const claimed = dispatcher.claim(ask(), signal)
    const first = await test.submitBlur(test.owner)
    const second = await test.submitBlur(test.owner)
    const granted = await claimed
    expect(granted).toHaveLength(1)
    await dispatcher.takeBack(granted)
    const back = await jobOf(first.id)
    expect(back).toMatchObject({ status: 'queued', queue: { position: 1 } })
    expect(back.attempts).toMatchObject([{ outcome: 'released', counted: false }])
    const [again] = await dispatcher.claim(ask(), signal)
    expect(again).toMatchObject({ jobId: parseId('job', first.id), epoch: 2 })
    if (again !== undefined) await dispatcher.takeBack([again])
    for (const { id } of [first, second])
      await test.call('POST', `/api/v1/jobs/${id}/cancel`, { as: test.owner, body: {} })
  })

  it('grants nothing to a caller that has hung up', async () => {
    const { dispatcher } = test.backend.context
    const gone = new AbortController()
    const claimed = dispatcher.claim(ask(), gone.signal)
    gone.abort()
    expect(await claimed).toEqual([])
    const job = await test.submitBlur(test.owner)
    expect((await jobOf(job.id)).status).toBe('queued')
  })
})

describe('waiting workers', () => {
  const ask = (worker: bigint) => ({
    fleetId: 1,
    workerId: parseId('worker', `worker_000000000000${worker}`) ?? fail(),
    claimId: Buffer.alloc(16),
    slots: 1,
    acceptUntilMs: null,
  })
  const fail = (): never => {
    throw new Error('no id')
  }
  const { signal } = new AbortController()

  it('have one poll each: a new one answers the old one with nothing', async () => {
    const waiters = createWaiters()
    const first = waiters.wait(ask(1n), signal)
    const second = waiters.wait(ask(1n), signal)
    expect(await first).toEqual([])
    expect(waiters.ofFleet(1)).toHaveLength(1)
    waiters.close()
    expect(await second).toEqual([])
    expect(await waiters.wait(ask(2n), signal)).toEqual([])
  })

  it('are told whether an answer still reaches them', async () => {
    const waiters = createWaiters()
    const gone = new AbortController()
    const waiting = waiters.wait(ask(1n), gone.signal)
    const [waiter] = waiters.ofFleet(1)
    gone.abort()
    expect(waiter?.answer([])).toBe(false)
    expect(await waiting).toEqual([])
    expect(waiters.fleets()).toEqual([])
  })
})
