import { randomUUID } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Job } from '@bp/contracts/shapes/jobs'
import type { EndAnswer, LeaseAnswer } from '@bp/contracts/shapes/leases'
import type { Worker } from '@bp/contracts/shapes/workers'
import { assertSound } from '@bp/testkit/assert-sound'
import { keyOf, startFakeWorker, type FakeWorker } from '../../testing/fake-worker.ts'
import { fleetSecret, openTestBackend, type TestBackend } from '../../testing/test-backend.ts'

describe('the worker plane', () => {
  let test: TestBackend
  let worker: FakeWorker
  beforeAll(async () => {
    test = await openTestBackend()
    worker = await startFakeWorker(test)
  })
  afterAll(async () => {
    await assertSound(test.backend.context.store)
    await test[Symbol.asyncDispose]()
  })
  const jobOf = async (id: string): Promise<Job> =>
    (await test.call<Job>('GET', `/api/v1/jobs/${id}`, { as: test.owner })).body

  it('answers a waiting worker as soon as a job is submitted, and publishes what it brings', async () => {
    const asking = worker.lease()
    const job = await test.submitBlur(test.owner)
    const lease = await asking
    expect(lease.job).toBe(job.id)
    expect(lease.payload.inputs).toHaveLength(1)
    expect(lease.payload.graph['1']).toEqual({
      class_type: 'LoadImage',
      inputs: { image: { __bp_asset__: lease.payload.inputs[0]?.ref } },
    })
    const input = await fetch(lease.payload.inputs[0]?.url ?? '')
    expect((await input.arrayBuffer()).byteLength).toBe(lease.payload.inputs[0]?.size_bytes)
    expect((await jobOf(job.id)).status).toBe('running')

    const beat = await worker.beat([lease])
    expect(beat.body.leases).toMatchObject([{ job: job.id, verdict: 'ok' }])
    expect((await jobOf(job.id)).progress).toMatchObject({ value: 0.5, current_node: '2' })

    const ended = await worker.complete(lease, [await worker.bring(lease)])
    expect(ended.body.leases).toMatchObject([{ verdict: 'accepted', problem: null }])
    const done = await jobOf(job.id)
    expect(done).toMatchObject({ status: 'succeeded', outputs: [{ key: 'picture' }] })
    const result = await fetch(done.outputs[0]?.asset.url ?? '')
    expect(result.status).toBe(200)
    await result.arrayBuffer()

    const again = await worker.complete(lease, [])
    expect(again.body.leases).toMatchObject([{ verdict: 'already' }])
  })

  it('keeps numbers of a graph as they were written, from caller to worker', async () => {
    const submitted = await test.call<Job>('POST', '/api/v1/jobs', {
      headers: { 'content-type': 'application/json' },
      body: '{"graph":{"1":{"class_type":"KSampler","inputs":{"seed":18446744073709551615,"cfg":1.0}}}}',
    })
    expect(submitted.status).toBe(201)
    // As text: reading it as JSON is what would lose the digits.
    const answer = await fetch(`${test.url}/api/worker/v1/lease`, {
      method: 'POST',
      headers: { authorization: `Bearer ${worker.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ claim_id: randomUUID(), slots: 1 }),
    })
    const text = await answer.text()
    expect(text).toContain('"seed":18446744073709551615,"cfg":1.0')
    const parsed: LeaseAnswer = JSON.parse(text)
    await worker.call('fail', {
      leases: parsed.leases.map(lease => ({
        ...keyOf(lease),
        failure: {
          kind: 'job',
          error: {
            code: 'node_missing',
            message: 'no KSampler',
            who: 'us',
            retryable: false,
            pointer: null,
            node_id: '1',
            node_class: 'KSampler',
            traceback: null,
          },
        },
      })),
    })
    expect(await jobOf(submitted.body.id)).toMatchObject({
      status: 'failed',
      error: { code: 'node_missing', message: 'no KSampler', node_id: '1' },
    })
  })

  it('keeps the lease when an output has not arrived whole', async () => {
    const asking = worker.lease()
    await test.submitBlur(test.owner)
    const lease = await asking
    const output = await worker.bring(lease, new Uint8Array())
    const missing = await worker.complete(lease, [output])
    expect(missing.body.leases).toMatchObject([{ problem: 'output_missing' }])
    expect((await worker.beat([lease])).body.leases).toMatchObject([{ verdict: 'ok' }])
    const foreign = { ...output, object_key: 'jobs/job_0000000000000/1/0-x.png' }
    expect((await worker.complete(lease, [foreign])).body.leases).toMatchObject([
      { problem: 'output_missing' },
    ])
    const ended = await worker.complete(lease, [await worker.bring(lease)])
    expect(ended.body.leases).toMatchObject([{ verdict: 'accepted' }])
  })

  it('changes nothing for a wrong secret, a wrong epoch and another worker', async () => {
    const other = await startFakeWorker(test)
    const asking = worker.lease()
    const job = await test.submitBlur(test.owner)
    const lease = await asking
    const wrong = [
      { ...lease, secret: '0'.repeat(32) },
      { ...lease, epoch: lease.epoch + 1 },
    ]
    for (const bad of wrong) {
      expect((await worker.beat([bad])).body.leases).toMatchObject([{ verdict: 'lost' }])
      expect((await worker.complete(bad, [])).body.leases).toMatchObject([{ verdict: 'stale' }])
      expect((await worker.call('outputs', outputsAsk(bad))).status).toBe(409)
    }
    expect((await other.complete(lease, [])).body.leases).toMatchObject([{ verdict: 'stale' }])
    expect((await other.call('outputs', outputsAsk(lease))).body).toMatchObject({
      code: 'lease_lost',
    })
    expect((await jobOf(job.id)).status).toBe('running')
    await worker.call('release', { leases: [{ ...keyOf(lease), reason: 'drain' }] })
    expect((await jobOf(job.id)).status).toBe('queued')
    await test.call('POST', `/api/v1/jobs/${job.id}/cancel`, { as: test.owner, body: {} })
    await other.call('deregister', { reason: 'test' })
  })
  const outputsAsk = (lease: Parameters<typeof keyOf>[0]) => ({
    lease: keyOf(lease),
    files: [{ n: 0, name: 'x', content_type: 'image/png', size_bytes: 1, sha256: '0'.repeat(64) }],
  })

  it('tells a running job to stop by the next beat', async () => {
    const asking = worker.lease()
    const job = await test.submitBlur(test.owner)
    const lease = await asking
    const canceled = await test.call<Job>('POST', `/api/v1/jobs/${job.id}/cancel`, {
      as: test.owner,
      body: {},
    })
    expect(canceled.body.status).toBe('canceling')
    expect((await worker.beat([lease])).body.leases).toMatchObject([
      { verdict: 'cancel', reason: 'canceled' },
    ])
    await worker.complete(lease, [])
    expect((await jobOf(job.id)).status).toBe('canceled')
  })

  it('says how long a job has until its deadline, and expires what is stopped there', async () => {
    const asking = worker.lease()
    const job = await test.submitBlur(test.owner, { deadline_s: 1 })
    const lease = await asking
    expect(lease.deadline_in_ms).toBeGreaterThan(0)
    expect(lease.deadline_in_ms).toBeLessThanOrEqual(1_000)
    await expect
      .poll(async () => (await worker.beat([lease])).body.leases, { timeout: 10_000 })
      .toMatchObject([{ verdict: 'cancel', reason: 'deadline' }])
    await worker.call('fail', {
      leases: [
        {
          ...keyOf(lease),
          failure: {
            kind: 'job',
            error: {
              code: 'deadline_exceeded',
              message: 'The deadline passed while it was running.',
              who: 'you',
              retryable: true,
              pointer: null,
              node_id: null,
              node_class: null,
              traceback: null,
            },
          },
        },
      ],
    })
    expect(await jobOf(job.id)).toMatchObject({
      status: 'expired',
      error: { code: 'deadline_exceeded' },
    })
    const endless = worker.lease()
    await test.submitBlur(test.owner)
    const other = await endless
    expect(other.deadline_in_ms).toBeNull()
    await worker.complete(other, [await worker.bring(other)])
  })

  it('takes a lease back at once when its worker has hung up, uncounted', async () => {
    // The poll is cut while the grant is on its way: the reply cannot be written.
    const call = httpRequest(`${test.url}/api/worker/v1/lease`, {
      method: 'POST',
      headers: { authorization: `Bearer ${worker.token}`, 'content-type': 'application/json' },
    })
    call.on('error', () => undefined)
    call.end(JSON.stringify({ claim_id: randomUUID(), slots: 1 }))
    const waits = () => test.backend.context.store.read(async reader => (await reader.now()) > 0)
    await expect.poll(waits).toBe(true)
    const submitting = test.submitBlur(test.owner)
    call.destroy()
    const job = await submitting
    const lease = await worker.lease()
    expect(lease.job).toBe(job.id)
    expect((await jobOf(job.id)).attempts.every(attempt => !attempt.counted)).toBe(true)
    await worker.complete(lease, [await worker.bring(lease)])
  })

  it('gives the same leases again for the same claim', async () => {
    await test.submitBlur(test.owner)
    const claim = randomUUID()
    const first = await worker.ask({ claim_id: claim })
    const second = await worker.ask({ claim_id: claim, again: true })
    expect(second.body.leases.map(keyOf)).toEqual(first.body.leases.map(keyOf))
    const [lease] = second.body.leases
    expect(lease).toBeDefined()
    if (lease !== undefined) await worker.complete(lease, [await worker.bring(lease)])
  })

  it('says why a job waits while the engine is away, and holds no poll for it', async () => {
    const asked = await worker.ask({ health: 'engine_away' })
    expect(asked.body).toMatchObject({ leases: [] })
    expect(asked.body.ask_again_ms).toBeGreaterThan(0)
    const job = await test.submitBlur(test.owner)
    await expect
      .poll(async () => (await jobOf(job.id)).waiting?.code, { timeout: 15_000, interval: 300 })
      .toBe('engine_away')
    const lease = await worker.lease()
    await worker.complete(lease, [await worker.bring(lease)])
  })

  it('drains: nothing at once, a directive, and drained only without leases', async () => {
    const leaving = await startFakeWorker(test)
    const poll = leaving.ask()
    await expect
      .poll(async () => {
        const drained = await test.call<Worker>(
          'POST',
          `/api/v1/admin/workers/${leaving.id}/drain`,
          { as: test.owner, body: {} },
        )
        return drained.body.state
      })
      .toBe('drained')
    expect((await poll).body).toMatchObject({ leases: [], directives: ['stop'] })
    expect((await leaving.ask()).body).toMatchObject({ leases: [], directives: ['stop'] })
  })

  it('refuses registration with a wrong secret, protocol or fleet', async () => {
    const body = {
      stage: 'production',
      fleet: 'local',
      launch: null,
      instance: 'x',
      boot_id: randomUUID(),
      protocol: 1,
      versions: {},
      hardware: { gpu: null, vram_bytes: null, ram_bytes: 1, disk_free_bytes: null },
      slots: 1,
    }
    const register = (bearer: string, more: object = {}) =>
      test.call('POST', '/api/worker/v1/register', { bearer, body: { ...body, ...more } })
    expect((await register('a-wrong-secret-of-a-fleet')).body).toMatchObject({
      code: 'secret_wrong',
    })
    expect((await register(fleetSecret, { launch: 'launch_0000000000000' })).body).toMatchObject({
      code: 'secret_wrong',
    })
    expect((await register(fleetSecret, { protocol: 99 })).body).toMatchObject({
      code: 'protocol_unsupported',
    })
    expect((await register(fleetSecret, { fleet: 'none-such' })).body).toMatchObject({
      code: 'fleet_unconfigured',
    })
    const unknown = await test.call<EndAnswer>('POST', '/api/worker/v1/release', {
      bearer: 'a-token-that-nobody-has-given',
      body: { leases: [] },
    })
    expect(unknown.status).toBe(401)
  })
})
