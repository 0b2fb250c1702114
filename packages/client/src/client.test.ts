import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { paths } from '@bp/contracts/paths'
import { ApiProblem, createClient, NetworkProblem, type ClientOptions } from './client.ts'
import { openStream } from './stream.ts'

interface Seen {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}
type Answer = (seen: Seen, response: ServerResponse) => void

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

/** A server that answers in turn; the last answer repeats. */
async function serve(...answers: readonly Answer[]) {
  const seen: Seen[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.on('data', (piece: Buffer) => (body += piece.toString()))
    request.on('end', () => {
      const one = {
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body,
      }
      seen.push(one)
      answers[Math.min(seen.length, answers.length) - 1]?.(one, response)
    })
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(
    () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  )
  const { port } = server.address() as AddressInfo
  const baseUrl = `http://127.0.0.1:${port}`
  return { seen, baseUrl, client: (more: ClientOptions = {}) => createClient({ baseUrl, ...more }) }
}

const json =
  (status: number, body: unknown, headers: Record<string, string> = {}): Answer =>
  (_seen, response) => {
    response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body))
  }
const refuse = (status: number, code: string, headers: Record<string, string> = {}) =>
  json(
    status,
    {
      type: `/docs/errors#${code}`,
      title: code,
      status,
      detail: 'It is wrong.',
      code,
      remedy: 'Do better.',
      request_id: 'req_1',
      retryable: false,
      errors: [{ pointer: '/input/radius', code: 'maximum', message: 'Too much.', allowed: 3 }],
    },
    { 'content-type': 'application/problem+json', ...headers },
  )

describe('a call', () => {
  it('has a function for every row of the table', () => {
    const client: Record<string, Record<string, unknown>> = { ...createClient() }
    for (const id of Object.keys(paths)) {
      const [noun = '', verb = ''] = id.split('.')
      expect(client[noun]?.[verb], id).toBeTypeOf('function')
    }
  })

  it('sends params, query, headers and body where they belong', async () => {
    const { seen, client } = await serve(
      json(200, { data: [], has_more: false, next_cursor: null }),
    )
    const bp = client({ headers: () => ({ authorization: 'Bearer x' }) })
    await bp.jobs.list({ query: { status: 'failed,expired', limit: 5 } })
    await bp.jobs.cancel({ params: { id: 'job_a/b' } })
    await bp.jobs.submit({ body: { effect: 'soft', input: { radius: 3 } }, idempotencyKey: 'k1' })
    expect(seen.map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', '/api/v1/jobs?status=failed%2Cexpired&limit=5', ''],
      ['POST', '/api/v1/jobs/job_a%2Fb/cancel', '{}'],
      ['POST', '/api/v1/jobs', '{"effect":"soft","input":{"radius":3}}'],
    ])
    expect(seen[0]?.headers.authorization).toBe('Bearer x')
    expect(seen[2]?.headers['idempotency-key']).toBe('k1')
  })

  it('hands a refusal over with all its facts, and tells of a missing sign-in', async () => {
    const { client } = await serve(refuse(401, 'unauthorized', { 'retry-after': '7' }))
    const told: string[] = []
    const bp = client({ onUnauthorized: problem => told.push(problem.code) })
    const problem = await bp.jobs.list().catch((error: unknown) => error)
    expect(problem).toBeInstanceOf(ApiProblem)
    expect(problem).toMatchObject({
      code: 'unauthorized',
      status: 401,
      detail: 'It is wrong.',
      remedy: 'Do better.',
      requestId: 'req_1',
      retryAfterMs: 7_000,
      faults: [{ pointer: '/input/radius', allowed: 3 }],
    })
    expect(told).toEqual(['unauthorized'])
  })

  it('makes a problem of an answer that is none of ours', async () => {
    const { client } = await serve((_seen, response) => response.writeHead(404).end('<html>'))
    await expect(client().jobs.list()).rejects.toMatchObject({ code: 'http_404', status: 404 })
  })

  it('repeats a GET and a submit with the same key, and nothing else', async () => {
    const get = await serve(refuse(503, 'unavailable'), json(200, { data: [] }))
    await get.client().jobs.list()
    expect(get.seen).toHaveLength(2)

    const submit = await serve((_seen, response) => response.destroy(), json(201, { id: 'job_1' }))
    await submit.client().jobs.submit({ body: { effect: 'soft' } })
    const keys = submit.seen.map(({ headers }) => headers['idempotency-key'])
    expect(keys).toHaveLength(2)
    expect(keys[0]).toBe(keys[1])

    const cancel = await serve(refuse(503, 'unavailable'), json(200, {}))
    await expect(cancel.client().jobs.cancel({ params: { id: 'job_1' } })).rejects.toThrow(
      ApiProblem,
    )
    expect(cancel.seen).toHaveLength(1)
  })

  it('stops repeating after four tries, and at once for what a repeat cannot help', async () => {
    const away = await serve(refuse(503, 'unavailable'))
    await expect(away.client().jobs.list()).rejects.toMatchObject({ code: 'unavailable' })
    expect(away.seen).toHaveLength(4)
    const full = await serve(refuse(429, 'queue_full'))
    await expect(full.client().jobs.submit({ body: { effect: 'soft' } })).rejects.toThrow(
      ApiProblem,
    )
    expect(full.seen).toHaveLength(1)
  })

  it('says whether nobody answered or not in time', async () => {
    const { client } = await serve(() => undefined)
    const late = client().workers.drained({ timeoutMs: 30 })
    await expect(late).rejects.toMatchObject({ name: 'NetworkProblem', reason: 'timeout' })
    const nobody = createClient({ baseUrl: 'http://127.0.0.1:1' })
    await expect(nobody.workers.drained()).rejects.toMatchObject({ reason: 'unreachable' })
  })

  it('ends with the reason of the signal', async () => {
    const giveUp = new AbortController()
    const { client } = await serve(() => giveUp.abort(new Error('enough')))
    await expect(client().jobs.list({ signal: giveUp.signal })).rejects.toThrow('enough')
  })
})

const sse =
  (...pieces: readonly string[]): Answer =>
  (_seen, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    for (const piece of pieces) response.write(piece)
    response.end()
  }

async function readAll<Item>(stream: AsyncIterable<Item>, most = Infinity): Promise<Item[]> {
  const items: Item[] = []
  for await (const item of stream) if (items.push(item) >= most) break
  return items
}

describe('a stream', () => {
  const params = { id: 'job_1' }
  it('yields events in order, over any cut, and ends with the server', async () => {
    const { client, seen } = await serve(
      sse(
        ': ping\n\nevent: snap',
        'shot\nid: 4\ndata: {"a":\ndata: 1}\n',
        '\nevent: end\r\ndata: {"reason":"ended"}\r',
        '\n\r\n',
      ),
    )
    const events: unknown[] = []
    for await (const event of client().jobs.events({ params })) events.push(event)
    expect(events).toEqual([
      { event: 'snapshot', id: '4', data: { a: 1 } },
      { event: 'end', id: undefined, data: { reason: 'ended' } },
    ])
    expect(seen[0]?.headers.accept).toBe('text/event-stream')
  })

  it('is refused like any call, and breaks loudly', async () => {
    const refused = await serve(refuse(429, 'too_many_streams'))
    await expect(readAll(refused.client().events.stream({}))).rejects.toMatchObject({
      code: 'too_many_streams',
    })
    const page = await serve(json(200, {}))
    await expect(readAll(page.client().events.stream({}))).rejects.toMatchObject({
      reason: 'broken',
    })
    const cut = await serve((_seen, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write('data: 1\n\n', () => response.destroy())
    })
    await expect(readAll(cut.client().events.stream({}))).rejects.toBeInstanceOf(NetworkProblem)
  })

  it('notices silence', async () => {
    const { baseUrl } = await serve((_seen, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': hello\n\n')
    })
    const caller = { baseUrl, fetch, headers: () => ({}), onUnauthorized: () => undefined }
    const silent = readAll(openStream(caller, 'events.stream', {}, 50))
    await expect(silent).rejects.toMatchObject({ name: 'NetworkProblem', reason: 'timeout' })
  })

  it('closes the connection when the reader leaves, and ends with the signal', async () => {
    let closed: () => void = () => undefined
    const gone = new Promise<void>(resolve => (closed = resolve))
    const { client } = await serve((_seen, response) => {
      response.on('close', closed)
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: 1\n\n')
    })
    const giveUp = new AbortController()
    const [first] = await readAll(client().jobs.events({ params }), 1)
    expect(first?.data).toBe(1)
    await gone
    const reading = readAll(client().jobs.events({ params, signal: giveUp.signal }))
    giveUp.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
  })
})
