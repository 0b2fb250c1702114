import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseId } from '@bp/contracts/ids'
import type { Job } from '@bp/contracts/shapes/jobs'
import type { Lease } from '@bp/contracts/shapes/leases'
import { doc } from '@bp/store/row'
import { sql } from '@bp/store/sql'
import { assertSound } from '@bp/testkit/assert-sound'
import { keyOf, startFakeWorker, type FakeWorker } from '../../testing/fake-worker.ts'
import { openTestBackend, type TestBackend } from '../../testing/test-backend.ts'

describe('a job that failed', () => {
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

  const failing = (lease: Lease, error: Readonly<Record<string, unknown>>) =>
    worker.call('fail', {
      leases: [
        {
          ...keyOf(lease),
          failure: {
            kind: 'job',
            error: {
              code: 'input_invalid',
              message: 'ImageBlur 2, blur_radius: value bigger than max',
              who: 'you',
              retryable: false,
              pointer: null,
              node_id: null,
              node_class: null,
              traceback: null,
              ...error,
            },
          },
        },
      ],
    })
  /** Runs the blur and lets it fail like this; answers the job as its owner sees it. */
  const failed = async (error: Readonly<Record<string, unknown>>): Promise<Job> => {
    const asking = worker.lease()
    const job = await test.submitBlur(test.owner)
    await failing(await asking, error)
    return (await test.call<Job>('GET', `/api/v1/jobs/${job.id}`, { as: test.owner })).body
  }
  const storedError = async (job: Job): Promise<unknown> => {
    const id = parseId('job', job.id) ?? 0n
    const row = await test.backend.context.store.read(reader =>
      reader.first(sql`SELECT body FROM job_result WHERE job_id = ${id}`),
    )
    return JSON.parse(doc.read(row?.['body'])).error
  }

  it('tells the input to blame, what came and what would be taken; the traceback stays inside', async () => {
    const job = await failed({
      pointer: '/graph/2/inputs/blur_radius',
      node_id: '2',
      node_class: 'ImageBlur',
      received: 99,
      allowed: { min: 1, max: 31 },
      traceback: 'File "nodes.py", line 1',
    })
    expect(job.error).toEqual({
      code: 'input_invalid',
      message: 'ImageBlur 2, blur_radius: value bigger than max',
      who: 'you',
      retryable: false,
      pointer: '/radius',
      node_id: '2',
      node_class: 'ImageBlur',
      received: 99,
      allowed: { min: 1, max: 31 },
    })
    expect(await storedError(job)).toMatchObject({
      pointer: '/radius',
      traceback: 'File "nodes.py", line 1',
    })
  })

  it.each([
    ['a node that one input goes into', { node_id: '1' }, '/image'],
    ['a field that no input goes into', { node_id: '2', pointer: '/graph/2/inputs/sigma' }, null],
    ['a node that no input goes into', { node_id: '3' }, null],
    ['no node at all', {}, null],
  ])('blames for %s what fits exactly', async (_, error, pointer) => {
    expect((await failed(error)).error).toMatchObject({ pointer })
  })

  it('blames nothing in a bare graph, and cuts values that are too long to repeat', async () => {
    const asking = worker.lease()
    const { body } = await test.call<Job>('POST', '/api/v1/jobs', {
      as: test.owner,
      body: { graph: { '1': { class_type: 'SaveImage', inputs: {} } } },
    })
    await failing(await asking, { node_id: '1', received: 'x'.repeat(100_000) })
    const job = await test.call<Job>('GET', `/api/v1/jobs/${body.id}`, { as: test.owner })
    expect(job.body.error).toMatchObject({ pointer: null, node_id: '1' })
    expect(String(job.body.error?.received).length).toBeLessThan(5_000)
  })

  it('blames nothing when two inputs go into the node', async () => {
    // Two inputs of one node: its name alone says too little, its field says enough.
    await test.backend.context.store.write(async writer => {
      const row = await writer.first(sql`SELECT inputs FROM workflow_version`)
      const inputs = JSON.parse(doc.read(row?.['inputs']))
      inputs.push({
        key: 'strength',
        kind: 'float',
        targets: [{ node: '2', field: 'sigma' }],
        schema: { type: 'number', minimum: 0, maximum: 9, default: 1 },
      })
      await writer.run(
        sql`UPDATE workflow_version SET inputs = ${doc.write(JSON.stringify(inputs))}`,
      )
    })
    expect((await failed({ node_id: '2' })).error).toMatchObject({ pointer: null })
    expect((await failed({ node_id: '2', pointer: '/graph/2/inputs/sigma' })).error).toMatchObject({
      pointer: '/strength',
    })
  })
})
