import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { assetShelves, type AssetShelf } from '@bp/contracts/assets'
import { effectStates, type EffectState } from '@bp/contracts/effects'
import { parseId } from '@bp/contracts/ids'
import type { Job } from '@bp/contracts/shapes/jobs'
import type { ProblemBody } from '@bp/contracts/shapes/wire'
import { sql } from '@bp/store/sql'
import { assertSound } from '@bp/testkit/assert-sound'
import { startFakeWorker } from '../../testing/fake-worker.ts'
import { openTestBackend, type TestBackend } from '../../testing/test-backend.ts'
import { waitSeconds } from './wait-for-job.ts'

/** What a submit may answer: a job, or a refusal. */
type Either = Omit<Job, 'status'> &
  Omit<ProblemBody, 'status'> & { readonly status: string | number }

interface Page {
  readonly data: readonly Job[]
  readonly has_more: boolean
  readonly next_cursor: string | null
}

function imageInput(id: string) {
  return { effect: 'blur', input: { image: id } }
}

function node(inputs: Readonly<Record<string, unknown>>) {
  return { '1': { class_type: 'SaveImage', inputs } }
}

describe('jobs', () => {
  let test: TestBackend
  let image: string
  beforeAll(async () => {
    test = await openTestBackend()
    image = (await test.uploadPicture(test.owner)).id
  })
  afterAll(async () => {
    await assertSound(test.backend.context.store)
    await test[Symbol.asyncDispose]()
  })
  const submit = <Body = Either>(body: unknown, key?: string) =>
    test.call<Body>('POST', '/api/v1/jobs', {
      as: test.owner,
      body,
      ...(key === undefined ? {} : { headers: { 'idempotency-key': key } }),
    })
  const list = (query: string) =>
    test.call<Page & ProblemBody>('GET', `/api/v1/jobs?${query}`, { as: test.owner })

  it('accepts a run on a cold fleet: 201, queued, with the reason and its place', async () => {
    const { status, headers, body } = await submit({ effect: 'blur', input: { image } })
    expect(status).toBe(201)
    expect(headers.get('location')).toBe(`/api/v1/jobs/${body.id}`)
    expect(body).toMatchObject({
      status: 'queued',
      kind: 'effect',
      effect: { slug: 'blur', name: 'Blur' },
      workflow: { slug: 'blur', version: 1 },
      input: { image, radius: 3 },
      input_assets: [{ id: image }],
      waiting: { code: 'scaling' },
      queue: { ahead: 0, position: 1 },
      outputs: [],
      error: null,
    })
  })

  it('answers a repeated key with the same job, and another body with a refusal', async () => {
    const key = randomUUID()
    const body = { effect: 'blur', input: { image, radius: 5 }, tags: ['k'] }
    const first = await submit(body, key)
    const again = await submit(body, key)
    expect(again.status).toBe(201)
    expect(again.body.id).toBe(first.body.id)
    expect(again.headers.get('idempotent-replayed')).toBe('true')
    expect(first.headers.get('idempotent-replayed')).toBeNull()
    const other = await submit({ ...body, tags: [] }, key)
    expect(other.body).toMatchObject({ status: 422, code: 'idempotency_key_reused' })
    expect((await list(`idempotency_key=${key}`)).body.data.map(job => job.id)).toEqual([
      first.body.id,
    ])
  })

  it('makes one job of twenty submits at once with one key', async () => {
    const key = randomUUID()
    const all = await Promise.all(
      Array.from({ length: 20 }, () => submit({ effect: 'blur', input: { image } }, key)),
    )
    expect(new Set(all.map(answer => answer.body.id)).size).toBe(1)
  })

  it('answers a repeated key though effect and file have gone meanwhile', async () => {
    const { store } = test.backend.context
    const key = randomUUID()
    const file = await test.uploadPicture(test.owner, '#a1b2c3')
    const body = { effect: 'blur', input: { image: file.id, radius: 6 } }
    const first = await submit(body, key)
    expect(first.status).toBe(201)
    const retryKey = randomUUID()
    const retry = (more: object) =>
      test.call<Either>('POST', `/api/v1/jobs/${first.body.id}/retry`, {
        as: test.owner,
        body: more,
        headers: { 'idempotency-key': retryKey },
      })
    await test.call('POST', `/api/v1/jobs/${first.body.id}/cancel`, { as: test.owner, body: {} })
    const retried = await retry({ input: body.input })
    expect(retried.status).toBe(201)
    const shelve = (shelf: AssetShelf) =>
      store.write(writer =>
        writer.run(
          sql`UPDATE asset SET shelf = ${assetShelves.numberOf(shelf)} WHERE id = ${parseId('asset', file.id) ?? 0n}`,
        ),
      )
    const set = (state: EffectState) =>
      store.write(writer =>
        writer.run(
          sql`UPDATE effect SET state = ${effectStates.numberOf(state)} WHERE slug = 'blur'`,
        ),
      )
    await shelve('trash')
    expect((await submit(body, randomUUID())).body.code).toBe('asset_missing')
    await set('disabled')
    try {
      expect((await submit(body, randomUUID())).body.code).toBe('effect_disabled')
      const again = await submit(body, key)
      // As it is now, not as it was then.
      expect(again).toMatchObject({ status: 201, body: { id: first.body.id, status: 'canceled' } })
      expect(again.headers.get('idempotent-replayed')).toBe('true')
      const other = await submit({ ...body, tags: ['x'] }, key)
      expect(other.body).toMatchObject({ status: 422, code: 'idempotency_key_reused' })
      const retriedAgain = await retry({ input: body.input })
      expect(retriedAgain).toMatchObject({ status: 201, body: { id: retried.body.id } })
      expect(retriedAgain.headers.get('idempotent-replayed')).toBe('true')
      expect((await retry({})).body.code).toBe('idempotency_key_reused')
      // Keys are a person's own.
      const stranger = await test.call<ProblemBody>('POST', '/api/v1/jobs', {
        as: test.member,
        body,
        headers: { 'idempotency-key': key },
      })
      expect(stranger.body.code).toBe('effect_disabled')
    } finally {
      await set('published')
      await shelve('uploads')
    }
  })

  it('leaves the key of a refused submit free', async () => {
    const key = randomUUID()
    expect((await submit({ effect: 'blur', input: { image, radius: 99 } }, key)).status).toBe(422)
    expect((await submit({ effect: 'blur', input: { image, radius: 9 } }, key)).status).toBe(201)
  })

  it('tells all faults of an input at once, each with its place', async () => {
    const { body } = await submit({ effect: 'blur', input: { radius: 99, colour: 1 } })
    expect(body).toMatchObject({ status: 422, code: 'input_invalid', retryable: false })
    expect(body.errors.map(fault => fault.pointer).toSorted()).toEqual([
      '/input/colour',
      '/input/image',
      '/input/radius',
    ])
    expect(body.errors.find(fault => fault.pointer === '/input/radius')).toMatchObject({
      code: 'maximum',
      received: 99,
      allowed: { minimum: 1, maximum: 31 },
    })
  })

  it.each([
    ['an unknown field', { effect: 'blur', colour: 1 }, 'unknown_field'],
    ['two things to run', { effect: 'blur', workflow: 'blur' }, 'validation_failed'],
    ['nothing to run', { input: {} }, 'validation_failed'],
    ['a file that is not there', imageInput('asset_0000000000000'), 'asset_missing'],
    ['an effect that is not there', { effect: 'nope' }, 'not_found'],
    ['a graph that is none', { graph: { a: 1 } }, 'graph_invalid'],
    ['the editor’s own save', { graph: { nodes: [], links: [] } }, 'workflow_format_ui'],
    ['a link to nowhere', { graph: node({ image: ['9', 0] }) }, 'graph_invalid'],
    [
      'a reference to a file that only bp may write',
      { graph: node({ image: { __bp_asset__: 'i0' } }) },
      'graph_invalid',
    ],
  ])('refuses %s', async (_, body, code) => {
    expect((await submit(body)).body).toMatchObject({ code })
  })
  it('refuses bodies that are no JSON, too deep, too large or of another type', async () => {
    const send = (body: string, type = 'application/json') =>
      test.call<ProblemBody>('POST', '/api/v1/jobs', {
        as: test.owner,
        body,
        headers: { 'content-type': type },
      })
    expect((await send('{')).body.code).toBe('json_invalid')
    expect((await send(`{"graph":${'['.repeat(40)}${']'.repeat(40)}}`)).body.code).toBe(
      'json_invalid',
    )
    expect((await send('{"__proto__":{"admin":true}}')).body.code).toBe('json_invalid')
    expect((await send('{"\\u005f_proto__":{}}')).body.code).toBe('json_invalid')
    expect((await send('<x/>', 'text/xml')).body).toMatchObject({
      status: 415,
      code: 'media_type_unsupported',
    })
    expect((await send(JSON.stringify({ effect: 'x'.repeat(5_000_000) }))).body).toMatchObject({
      status: 413,
      code: 'body_too_large',
    })
  })

  it('keeps bare graphs from members, and runs workflows by name and version', async () => {
    const graph = await test.call('POST', '/api/v1/jobs', {
      as: test.member,
      body: { graph: node({}) },
    })
    expect(graph.body).toMatchObject({ code: 'graphs_not_allowed' })
    expect((await submit({ workflow: 'blur@1', input: { image } })).body).toMatchObject({
      kind: 'workflow',
      workflow: { slug: 'blur', version: 1 },
    })
    expect((await submit({ workflow: 'blur@7', input: { image } })).body.code).toBe('not_found')
  })

  it('cancels a waiting job at once, and twice without harm', async () => {
    const { body } = await submit({ effect: 'blur', input: { image } })
    for (const _ of [1, 2]) {
      const canceled = await test.call<Job>('POST', `/api/v1/jobs/${body.id}/cancel`, {
        as: test.owner,
        body: {},
      })
      expect(canceled).toMatchObject({ status: 200, body: { status: 'canceled' } })
    }
  })

  it('retries what has ended, with the same or a changed input; never what is on its way', async () => {
    const { body } = await submit({ effect: 'blur', input: { image, radius: 4 }, tags: ['r'] })
    const retry = (more: object) =>
      test.call<Either>('POST', `/api/v1/jobs/${body.id}/retry`, {
        as: test.owner,
        body: more,
      })
    expect((await retry({})).body.code).toBe('state_conflict')
    await test.call('POST', `/api/v1/jobs/${body.id}/cancel`, { as: test.owner, body: {} })
    expect((await retry({})).body).toMatchObject({
      status: 'queued',
      retried_from: body.id,
      input: { radius: 4 },
      tags: ['r'],
      effect: { slug: 'blur' },
    })
    expect((await retry({ input: { image, radius: 8 } })).body).toMatchObject({
      retried_from: body.id,
      input: { radius: 8 },
    })
    expect((await retry({ input: { image, radius: 800 } })).body.code).toBe('input_invalid')
  })

  it('pages through a list without gaps, and refuses a cursor of other filters', async () => {
    const whole = (await list('limit=100')).body.data.map(job => job.id)
    const paged: string[] = []
    let cursor: string | null = null
    do {
      const query: string = cursor === null ? 'limit=3' : `limit=3&cursor=${cursor}`
      const { body } = await list(query)
      paged.push(...body.data.map(job => job.id))
      cursor = body.next_cursor
      expect(body.has_more).toBe(cursor !== null)
    } while (cursor !== null)
    expect(paged).toEqual(whole)

    const { body } = await list('limit=1&status=queued')
    expect((await list(`status=canceled&cursor=${body.next_cursor}`)).body.code).toBe(
      'cursor_invalid',
    )
    expect((await list('cursor=nonsense')).body.code).toBe('cursor_invalid')
    expect((await list('colour=red')).body.code).toBe('unknown_field')
    expect((await list('status=canceled')).body.data.every(job => job.status === 'canceled')).toBe(
      true,
    )
    expect((await list('tag=r')).body.data.length).toBeGreaterThan(0)
    expect((await list('effect=nope')).body.data).toEqual([])
  })

  it('shows a job when it has ended, if asked to wait', async () => {
    const { body } = await submit({ effect: 'blur', input: { image }, priority: 'high' })
    const waiting = test.call<Job>('GET', `/api/v1/jobs/${body.id}`, {
      as: test.owner,
      headers: { prefer: 'wait=15' },
    })
    const worker = await startFakeWorker(test)
    const lease = await worker.lease()
    expect(lease.job).toBe(body.id)
    await worker.complete(lease, [await worker.bring(lease)])
    expect((await waiting).body.status).toBe('succeeded')
    await worker.call('deregister', { reason: 'done' })
  })

  it('ends a job whose deadline has passed as expired', async () => {
    const { body } = await submit({ effect: 'blur', input: { image }, deadline_s: 1 })
    const { body: ended } = await test.call<Job>('GET', `/api/v1/jobs/${body.id}`, {
      as: test.owner,
      headers: { prefer: 'wait=10' },
    })
    expect(ended).toMatchObject({ status: 'expired', error: { code: 'deadline_exceeded' } })
  })
})

it.each([
  ['wait=5', 5],
  ['respond-async, wait=999', 60],
  ['wait=x', 0],
  ['await=5', 0],
  [undefined, 0],
])('Prefer %j waits %i s', (header, seconds) => {
  expect(waitSeconds(header)).toBe(seconds)
})
