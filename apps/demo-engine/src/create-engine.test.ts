import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { createEngine, type Engine } from './create-engine.ts'
import { isRecord } from './graph.ts'
import { splitPng } from './images/png-chunks.ts'

let base: string
let engine: Engine

beforeEach(async () => {
  base = await mkdtemp(path.join(tmpdir(), 'bp-engine-'))
  engine = await createEngine({ baseDirectory: base, allowFaults: true })
})

afterEach(async () => {
  await engine.close()
  await rm(base, { recursive: true, force: true })
})

const graph = (color = 0, prefix = 'test'): Record<string, unknown> => ({
  '1': { class_type: 'EmptyImage', inputs: { width: 32, height: 16, batch_size: 1, color } },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: prefix } },
})

const get = (route: string, init?: RequestInit): Promise<Response> =>
  fetch(engine.url + route, init)
const post = (route: string, body: unknown): Promise<Response> =>
  get(route, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) })

async function read(response: Response | Promise<Response>): Promise<Record<string, unknown>> {
  const body: unknown = await (await response).json()
  return isRecord(body) ? body : {}
}

async function submit(body: Record<string, unknown>): Promise<string> {
  return String((await read(post('/prompt', body)))['prompt_id'])
}

/** Asks until the answer is there; a run that never ends fails by the test's own limit. */
async function eventually<T>(ask: () => Promise<T | undefined>): Promise<T> {
  for (;;) {
    const found = await ask()
    if (found !== undefined) return found
    await new Promise(resolve => setTimeout(resolve, 5))
  }
}

function ended(id: string): Promise<Record<string, unknown>> {
  return eventually(async () => {
    const entry = (await read(get(`/history/${id}`)))[id]
    return isRecord(entry) ? entry : undefined
  })
}

function statusOf(entry: Record<string, unknown>): { status_str: unknown; last: unknown[] } {
  const status = isRecord(entry['status']) ? entry['status'] : {}
  const messages: unknown = status['messages']
  const last: unknown = Array.isArray(messages) ? messages.at(-1) : undefined
  return { status_str: status['status_str'], last: Array.isArray(last) ? last : [] }
}

async function isRunning(id: string): Promise<true | undefined> {
  const running = (await read(get('/queue')))['queue_running']
  return Array.isArray(running) && running.some(item => Array.isArray(item) && item[1] === id)
    ? true
    : undefined
}

describe('queue', () => {
  it('runs in order, lets `front` overtake, and takes waiting prompts away', async () => {
    engine.faults.slowNodeMs = 60_000
    const first = await submit({ prompt: graph(1) })
    await eventually(() => isRunning(first))
    const second = await submit({ prompt: graph(2), prompt_id: 'second' })
    const third = await submit({ prompt: graph(3), prompt_id: 'third' })
    await submit({ prompt: graph(4), prompt_id: 'urgent', front: true })
    const pending = async (): Promise<unknown[]> => {
      const list = (await read(get('/queue')))['queue_pending']
      return Array.isArray(list)
        ? list.map(item => (Array.isArray(item) ? item[1] : undefined))
        : []
    }
    expect(await pending()).toEqual(['urgent', second, third])
    await post('/queue', { delete: ['second'] })
    expect(await pending()).toEqual(['urgent', 'third'])
    await post('/queue', { clear: true })
    expect(await pending()).toEqual([])
    expect(await read(get('/prompt'))).toEqual({ exec_info: { queue_remaining: 1 } })
  })

  it('interrupts the prompt that is named, at a tick, and no other', async () => {
    engine.faults.slowNodeMs = 60_000
    const id = await submit({ prompt: graph() })
    await eventually(() => isRunning(id))
    await post('/interrupt', { prompt_id: 'somebody else' })
    expect(await isRunning(id)).toBe(true)
    await post('/interrupt', { prompt_id: id })
    const { status_str, last } = statusOf(await ended(id))
    expect(status_str).toBe('error')
    expect(last[0]).toBe('execution_interrupted')
    expect(last[1]).toMatchObject({ node_id: '1', node_type: 'EmptyImage', executed: [] })
  })

  it('cancels by the jobs routes: running and waiting, and nothing twice', async () => {
    engine.faults.slowNodeMs = 60_000
    const id = await submit({ prompt: graph() })
    await eventually(() => isRunning(id))
    await submit({ prompt: graph(), prompt_id: 'waiting' })
    expect(await read(get('/api/jobs/waiting'))).toMatchObject({ status: 'pending' })
    expect(await read(post('/api/jobs/waiting/cancel', ''))).toEqual({ cancelled: true })
    expect(await read(post(`/api/jobs/${id}/cancel`, ''))).toEqual({ cancelled: true })
    await ended(id)
    expect(await read(post(`/api/jobs/${id}/cancel`, ''))).toEqual({ cancelled: false })
    expect(await read(get(`/api/jobs/${id}`))).toMatchObject({ status: 'cancelled', outputs: {} })
  })

  it('forgets history when asked', async () => {
    const id = await submit({ prompt: graph() })
    await ended(id)
    await post('/history', { delete: [id] })
    expect(await read(get(`/history/${id}`))).toEqual({})
  })
})

describe('files', () => {
  it('counts on in the folder of the prefix and keeps graph and extras in the picture, digit by digit', async () => {
    const seed = '18446744073709551615'
    const prompt = JSON.stringify({
      prompt: { ...graph(0, 'a/b/c'), '3': { class_type: 'PrimitiveFloat', inputs: { value: 1 } } },
      extra_data: { extra_pnginfo: { workflow: { note: 'é' } } },
    }).replace('"value":1', `"value":1.0,"seed":${seed}`)
    const first = await ended(String((await read(post('/prompt', prompt)))['prompt_id']))
    await ended(await submit({ prompt: graph(1, 'a/b/c') }))
    expect(await readdir(path.join(base, 'output', 'a', 'b'))).toEqual([
      'c_00001_.png',
      'c_00002_.png',
    ])
    const chunks = splitPng(await readFile(path.join(base, 'output', 'a', 'b', 'c_00001_.png')))
    const texts = chunks
      .filter(({ type }) => type === 'tEXt')
      .map(({ data }) => data.toString('latin1'))
    expect(texts[0]).toContain(`"value":1.0,"seed":${seed}`)
    expect(texts[1]).toBe(String.raw`workflow` + '\0' + String.raw`{"note":"\u00e9"}`)
    expect(first['outputs']).toEqual({
      '2': { images: [{ filename: 'c_00001_.png', subfolder: 'a/b', type: 'output' }] },
    })
  })

  it('serves parts, heads and previews, and nothing outside of its folders', async () => {
    await ended(await submit({ prompt: graph() }))
    await writeFile(path.join(base, 'secret.txt'), 'secret')
    await symlink(path.join(base, 'secret.txt'), path.join(base, 'output', 'link.txt'))
    const view = '/view?filename=test_00001_.png'
    const whole = Buffer.from(await (await get(view)).arrayBuffer())
    const part = await get(view, { headers: { range: 'bytes=1-3' } })
    expect([part.status, await part.text(), part.headers.get('content-range')]).toEqual([
      206,
      'PNG',
      `bytes 1-3/${whole.length}`,
    ])
    const head = await get(view, { method: 'HEAD' })
    expect([head.status, head.headers.get('content-length')]).toEqual([200, String(whole.length)])
    expect((await get(view, { headers: { range: 'bytes=99999-' } })).status).toBe(416)
    expect((await get(`${view}&preview=webp;80`)).headers.get('content-type')).toBe('image/webp')
    const statuses = await Promise.all(
      [
        '/view',
        '/view?filename=none.png',
        '/view?filename=/etc/passwd',
        '/view?filename=../secret.txt',
        '/view?filename=secret.txt&subfolder=..',
        '/view?filename=link.txt',
        '/view?filename=a&type=models',
      ].map(async route => (await get(route)).status),
    )
    expect(statuses).toEqual([404, 404, 400, 400, 403, 404, 400])
  })

  it('keeps uploads: the same bytes once, other bytes under another name, none outside', async () => {
    const upload = async (
      name: string,
      text: string,
      more: Record<string, string> = {},
    ): Promise<unknown> => {
      const form = new FormData()
      form.set('image', new Blob([text]), name)
      for (const [key, value] of Object.entries(more)) form.set(key, value)
      const response = await get('/upload/image', { method: 'POST', body: form })
      return response.ok ? response.json() : response.status
    }
    expect(await upload('a.png', 'one', { subfolder: 'bp/x' })).toEqual({
      name: 'a.png',
      subfolder: 'bp/x',
      type: 'input',
    })
    expect(await upload('a.png', 'one', { subfolder: 'bp/x' })).toMatchObject({ name: 'a.png' })
    expect(await upload('a.png', 'two', { subfolder: 'bp/x' })).toMatchObject({ name: 'a (1).png' })
    expect(await upload('a.png', 'three', { subfolder: 'bp/x', overwrite: 'true' })).toMatchObject({
      name: 'a.png',
    })
    expect(await readFile(path.join(base, 'input', 'bp', 'x', 'a.png'), 'utf8')).toBe('three')
    expect(await upload('a.png', 'out', { subfolder: '../..' })).toBe(400)
  })

  it('refuses what is no picture, and formats that it must not decode', async () => {
    await mkdir(path.join(base, 'input'), { recursive: true })
    await writeFile(
      path.join(base, 'input', 'a.svg'),
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    )
    const prompt = {
      '1': { class_type: 'LoadImage', inputs: { image: 'a.svg' } },
      '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'x' } },
    }
    const { last } = statusOf(await ended(await submit({ prompt })))
    expect(last[1]).toMatchObject({ node_id: '1', exception_type: 'PIL.UnidentifiedImageError' })
  })
})

describe('HTTP', () => {
  it('answers under /api too, refuses pages of other sites, and fails on broken bodies as a real engine does', async () => {
    expect((await get('/api/system_stats')).status).toBe(200)
    expect(await read(get('/features'))).toEqual({
      supports_preview_metadata: true,
      max_upload_size: 104_857_600,
    })
    expect((await get('/nothing')).status).toBe(404)
    expect((await get('/queue', { headers: { origin: 'http://elsewhere.example' } })).status).toBe(
      403,
    )
    const broken = await post('/prompt', '{')
    expect([broken.status, await broken.text()]).toEqual([
      500,
      '500 Internal Server Error\n\nServer got itself in trouble',
    ])
    expect((await read(post('/prompt', {})))['error']).toMatchObject({ type: 'no_prompt' })
  })
})

describe('cache', () => {
  it('names the first run’s file for an equal graph, until it is told to forget', async () => {
    const prompt = graph(5, 'once')
    const first = await ended(await submit({ prompt }))
    const second = await ended(await submit({ prompt }))
    expect(second['outputs']).toEqual(first['outputs'])
    await post('/free', { free_memory: true })
    const third = await ended(await submit({ prompt }))
    expect(third['outputs']).toEqual({
      '2': { images: [{ filename: 'once_00002_.png', subfolder: '', type: 'output' }] },
    })
  })
})

describe('faults', () => {
  it('fails with the words of a GPU out of memory, once', async () => {
    await post('/__faults', { outOfMemory: 1 })
    const { last } = statusOf(await ended(await submit({ prompt: graph() })))
    expect(last[0]).toBe('execution_error')
    expect(last[1]).toMatchObject({
      exception_type: 'torch.OutOfMemoryError',
      exception_message: expect.stringContaining('out of memory'),
    })
    expect(statusOf(await ended(await submit({ prompt: graph() }))).status_str).toBe('success')
  })

  it('cuts the socket of the client whose prompt starts, and runs on', async () => {
    await post('/__faults', { dropSocket: 1 })
    const socket = new WebSocket(`${engine.url.replace('http', 'ws')}/ws?clientId=me`)
    await new Promise(resolve => socket.once('open', resolve))
    const closed = new Promise(resolve => socket.once('close', resolve))
    const id = await submit({ prompt: graph(), client_id: 'me' })
    await closed
    expect(statusOf(await ended(id)).status_str).toBe('success')
  })

  it('answers 500 although the prompt was queued', async () => {
    await post('/__faults', { promptError: 1 })
    const response = await post('/prompt', { prompt: graph(), prompt_id: 'kept' })
    expect(response.status).toBe(500)
    expect(statusOf(await ended('kept')).status_str).toBe('success')
  })

  it('dies in the middle of a prompt', async () => {
    engine.faults.crash = 1
    await submit({ prompt: graph() })
    const refusal = await eventually(() =>
      get('/queue').then(
        () => undefined,
        (error: unknown) => error,
      ),
    )
    expect(refusal).toBeInstanceOf(TypeError)
  })

  it('are refused when unknown, and cannot be reached on an engine that did not allow them', async () => {
    expect((await post('/__faults', { melt: 1 })).status).toBe(400)
    const plain = await createEngine({ baseDirectory: path.join(base, 'plain') })
    try {
      expect((await fetch(`${plain.url}/__faults`)).status).toBe(404)
    } finally {
      await plain.close()
    }
  })
})

describe('a node without inputs that nothing needs', () => {
  it('stops the worker loop while everything else answers, as on a real engine', async () => {
    const id = await submit({ prompt: { ...graph(), '9': { class_type: 'ImageInvert' } } })
    await eventually(() => isRunning(id))
    await submit({ prompt: graph(), prompt_id: 'never' })
    expect(await read(get('/prompt'))).toEqual({ exec_info: { queue_remaining: 2 } })
  })
})
