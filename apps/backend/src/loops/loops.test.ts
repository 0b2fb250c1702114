import { rm, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { UploadAnswer } from '@bp/contracts/shapes/assets'
import type { Job } from '@bp/contracts/shapes/jobs'
import { sql, type Sql } from '@bp/store/sql'
import { assertSound } from '@bp/testkit/assert-sound'
import { startFakeWorker } from '../testing/fake-worker.ts'
import {
  announcement,
  openTestBackend,
  picture,
  type TestBackend,
} from '../testing/test-backend.ts'
import { abortUploads } from './abort-uploads.ts'
import { createLeader } from './leader.ts'
import { lostWorkers } from './lost-workers.ts'
import { prune } from './prune.ts'
import { sweep } from './sweep.ts'

describe('the loops', () => {
  let folder: string
  let test: TestBackend
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bp-loops-'))
    test = await openTestBackend({ folder })
  })
  afterAll(async () => {
    await assertSound(test.backend.context.store)
    await test[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })
  const { signal } = new AbortController()
  const jobOf = async (id: string): Promise<Job> =>
    (await test.call<Job>('GET', `/api/v1/jobs/${id}`, { as: test.owner })).body
  /** Lets time pass in the rows, because the clock is the database's. */
  const alter = (statement: Sql) =>
    test.backend.context.store.write(writer => writer.run(statement))

  it('ends a lease that went silent; the late result of a job that still waits is taken', async () => {
    const worker = await startFakeWorker(test)
    const asking = worker.lease()
    const job = await test.submitBlur(test.owner)
    const lease = await asking
    const output = await worker.bring(lease)
    await alter(sql`UPDATE job_lease SET expires_at = expires_at - 60000`)
    await sweep(test.backend.context, signal)
    const lost = await jobOf(job.id)
    expect(lost).toMatchObject({ status: 'queued', waiting: { code: 'retry_backoff' } })
    expect(lost.attempts).toMatchObject([{ outcome: 'lost', counted: true }])
    expect((await worker.beat([lease])).body.leases).toMatchObject([{ verdict: 'lost' }])
    const late = await worker.complete(lease, [output])
    expect(late.body.leases).toMatchObject([{ verdict: 'accepted' }])
    expect(await jobOf(job.id)).toMatchObject({
      status: 'succeeded',
      outputs: [{ name: output['name'] }],
    })
    await worker.call('deregister', { reason: 'done' })
  })

  it('holds off after an outage of its own: beats come first', async () => {
    const worker = await startFakeWorker(test)
    const asking = worker.lease()
    const job = await test.submitBlur(test.owner)
    await asking
    await alter(sql`UPDATE job_lease SET expires_at = expires_at - 60000`)
    await alter(sql`UPDATE loop_lease SET seen_at = seen_at - 20000 WHERE name = 'sweep'`)
    await sweep(test.backend.context, signal)
    await sweep(test.backend.context, signal)
    expect((await jobOf(job.id)).status).toBe('running')
    await alter(sql`UPDATE loop_lease SET hold_until = 0 WHERE name = 'sweep'`)
    await sweep(test.backend.context, signal)
    expect((await jobOf(job.id)).status).toBe('queued')
    await test.call('POST', `/api/v1/jobs/${job.id}/cancel`, { as: test.owner, body: {} })
    await worker.call('deregister', { reason: 'done' })
  })

  it('gives back what a lost worker held, but judges nobody while it is young itself', async () => {
    const worker = await startFakeWorker(test)
    const asking = worker.lease()
    const job = await test.submitBlur(test.owner)
    await asking
    await expect
      .poll(() =>
        test.backend.context.store.read(async reader =>
          reader.first(sql`SELECT seen_at FROM worker_live WHERE busy >= 0 LIMIT 1`),
        ),
      )
      .toBeDefined()
    await alter(sql`UPDATE worker_live SET seen_at = seen_at - 60000`)
    await lostWorkers(test.backend.context, 1_000)
    expect((await jobOf(job.id)).status).toBe('running')
    await lostWorkers(test.backend.context, 60_000)
    expect((await jobOf(job.id)).attempts).toMatchObject([{ outcome: 'lost' }])
    expect((await worker.ask()).status).toBe(401)
    await test.call('POST', `/api/v1/jobs/${job.id}/cancel`, { as: test.owner, body: {} })
  })

  it('removes what is over its time, in pieces, and only as the leader', async () => {
    const { context } = test.backend
    const left = () =>
      context.store.read(async reader =>
        reader.all(sql`SELECT job_id FROM idem WHERE expires_at = 1`),
      )
    const submit = (key: string) =>
      test.call<Job>('POST', '/api/v1/jobs', {
        as: test.owner,
        body: { graph: { '1': { class_type: 'SaveImage', inputs: {} } } },
        headers: { 'idempotency-key': key },
      })
    const jobs = await Promise.all(['a', 'b', 'c', 'd', 'e'].map(submit))
    await alter(sql`UPDATE idem SET expires_at = 1 WHERE user_id = ${test.owner.id}`)
    await using leader = Object.assign(createLeader(context.store, 'prune', 'another'), {
      [Symbol.asyncDispose]: () => leader.resign(),
    })
    // The backend of this test leads its own loop, so another one has nothing to do.
    await prune(context, leader, signal)
    expect(await left()).toHaveLength(5)
    await alter(sql`UPDATE loop_lease SET expires_at = 0 WHERE name = 'prune'`)
    expect(await prune(context, leader, signal, { piece: 2, piecesMax: 2 })).toBeLessThan(60_000)
    expect(await left()).toHaveLength(1)
    const ended = new AbortController()
    ended.abort()
    await prune(context, leader, ended.signal)
    expect(await left()).toHaveLength(1)
    expect(await prune(context, leader, signal)).toBeUndefined()
    expect(await left()).toHaveLength(0)
    const again = await submit('a')
    expect(again.status).toBe(201)
    for (const { body } of [...jobs, again])
      await test.call('POST', `/api/v1/jobs/${body.id}/cancel`, { as: test.owner, body: {} })
  })

  it('gives up uploads whose time is over, with their bytes', async () => {
    const bytes = await picture('#777777')
    const { body } = await test.call<UploadAnswer>('POST', '/api/v1/uploads', {
      as: test.owner,
      body: announcement(bytes, 'image/png', 'x.png'),
    })
    await alter(sql`UPDATE upload SET expires_at = 1 WHERE state = 0`)
    await abortUploads(test.backend.context, signal)
    const state = await test.call('GET', `/api/v1/uploads/${body.upload?.id}`, { as: test.owner })
    expect(state.body).toMatchObject({ parts: [] })
    expect(state.body['state']).not.toBe('open')
  })
})
