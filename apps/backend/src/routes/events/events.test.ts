import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { limits } from '@bp/contracts/limits'
import type { Job } from '@bp/contracts/shapes/jobs'
import { startFakeWorker } from '../../testing/fake-worker.ts'
import { openTestBackend, type Person, type TestBackend } from '../../testing/test-backend.ts'

interface Message {
  readonly event: string
  readonly id: string | undefined
  readonly data: Job & { jobs: Job[]; reason: string; job_id: string; progress: { value: number } }
}

/** Reads a stream of events as they come. */
async function* messagesOf(answer: Response): AsyncGenerator<Message> {
  let rest = ''
  const decoder = new TextDecoder()
  for await (const chunk of answer.body ?? []) {
    rest += decoder.decode(chunk, { stream: true })
    for (let end = rest.indexOf('\n\n'); end !== -1; end = rest.indexOf('\n\n')) {
      const lines = rest.slice(0, end).split('\n')
      rest = rest.slice(end + 2)
      const of = (name: string) =>
        lines.find(line => line.startsWith(`${name}: `))?.slice(name.length + 2)
      const event = of('event')
      if (event !== undefined) yield { event, id: of('id'), data: JSON.parse(of('data') ?? 'null') }
    }
  }
}

describe('live events', () => {
  let test: TestBackend
  beforeAll(async () => {
    test = await openTestBackend()
  })
  afterAll(() => test[Symbol.asyncDispose]())
  const open = async (path: string, as: Person) => {
    const stop = new AbortController()
    const answer = await fetch(test.url + path, {
      headers: { cookie: as.cookie },
      signal: stop.signal,
    })
    return { answer, messages: messagesOf(answer), close: () => stop.abort() }
  }

  it('follows one job from its snapshot to its end, with numbers that only grow', async () => {
    const job = await test.submitBlur(test.owner)
    const { answer, messages } = await open(`/api/v1/jobs/${job.id}/events`, test.owner)
    expect(answer.headers.get('content-type')).toContain('text/event-stream')
    expect(answer.headers.get('cache-control')).toBe('no-cache, no-transform')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    const first = await messages.next()
    expect(first.value).toMatchObject({ event: 'snapshot', data: { id: job.id, status: 'queued' } })

    const worker = await startFakeWorker(test)
    const lease = await worker.lease()
    const seen: Message[] = []
    const reading = (async () => {
      for await (const message of messages) {
        seen.push(message)
        if (message.event === 'job' && message.data.status === 'running') await worker.beat([lease])
        if (message.event === 'progress') await worker.complete(lease, [await worker.bring(lease)])
      }
    })()
    await reading
    const events = seen.map(message => message.event)
    expect(events).toContain('progress')
    expect(seen.find(message => message.event === 'progress')?.data).toMatchObject({
      job_id: job.id,
      progress: { value: 0.5 },
    })
    const states = seen.filter(message => message.event === 'job')
    expect(states.at(-1)?.data).toMatchObject({ status: 'succeeded' })
    const numbers = states.map(message => Number(message.id))
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b))
    expect(seen.at(-1)).toMatchObject({ event: 'end', data: { reason: 'done' } })
    await worker.call('deregister', { reason: 'done' })
  })

  it('ends at once for a job that has ended', async () => {
    const job = await test.submitBlur(test.owner)
    await test.call('POST', `/api/v1/jobs/${job.id}/cancel`, { as: test.owner, body: {} })
    const { messages } = await open(`/api/v1/jobs/${job.id}/events`, test.owner)
    const all: string[] = []
    for await (const message of messages) all.push(message.event)
    expect(all).toEqual(['snapshot', 'end'])
  })

  it('tells a person of their own jobs and of nobody else’s', async () => {
    const owners = await open('/api/v1/events', test.owner)
    const members = await open('/api/v1/events', test.member)
    expect((await owners.messages.next()).value).toMatchObject({ event: 'snapshot' })
    expect((await members.messages.next()).value).toMatchObject({
      event: 'snapshot',
      data: { jobs: [] },
    })
    const theirs = await test.submitBlur(test.owner)
    const mine = await test.submitBlur(test.member)
    expect((await owners.messages.next()).value).toMatchObject({ data: { id: theirs.id } })
    expect((await members.messages.next()).value).toMatchObject({ data: { id: mine.id } })
    owners.close()
    members.close()
  })

  it('gives places back when readers leave, and refuses one too many', async () => {
    const { streams } = test.backend.context
    await expect.poll(() => streams.open).toBe(0)
    const all = await Promise.all(
      Array.from({ length: limits.streamsPerUserMax }, () => open('/api/v1/events', test.member)),
    )
    const refused = await test.call('GET', '/api/v1/events', { as: test.member })
    expect(refused.body).toMatchObject({ status: 429, code: 'too_many_streams' })
    expect(refused.headers.get('retry-after')).toBe('60')
    for (const one of all) one.close()
    await expect.poll(() => streams.open).toBe(0)
  })

  it('is told when the backend ends', async () => {
    const other = await openTestBackend()
    const answer = await fetch(`${other.url}/api/v1/events`, {
      headers: { cookie: other.owner.cookie },
    })
    const messages = messagesOf(answer)
    await messages.next()
    const closing = other[Symbol.asyncDispose]()
    expect((await messages.next()).value).toMatchObject({
      event: 'end',
      data: { reason: 'shutting_down' },
    })
    await closing
  })
})
