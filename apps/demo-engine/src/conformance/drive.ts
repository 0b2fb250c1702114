import sharp from 'sharp'
import { WebSocket } from 'ws'
import { isRecord } from '../graph.ts'

/** What a prompt did, without what differs from run to run: ids, times, random names, places in code. */
export interface Observed {
  readonly status: number
  readonly answer: unknown
  readonly events: readonly string[]
  readonly history: unknown
  readonly pictures: readonly Sketch[]
}

/** A picture in little: its size, and the mean colours of a grid of 6 × 4 fields. */
export interface Sketch {
  readonly name: string
  readonly width: number
  readonly height: number
  readonly pages: number
  readonly colours: readonly number[]
}

/** Longest wait for the end of one prompt; a real engine on a CPU is slow. */
const PROMPT_MS_MAX = 60_000

/** A client of one engine, the demo engine or a real one. */
export class Driver {
  readonly #url: string
  readonly #run: string

  constructor(url: string, run: string) {
    this.#url = url
    this.#run = run
  }

  fetch(path: string, init?: RequestInit): Promise<Response> {
    return fetch(`${this.#url}${path}`, init)
  }

  post(path: string, body: unknown): Promise<Response> {
    return this.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  }

  /** Uploads a picture into this run's folder of the engine's inputs. */
  async upload(name: string, bytes: Buffer): Promise<string> {
    const form = new FormData()
    form.set('image', new Blob([new Uint8Array(bytes)]), name)
    form.set('subfolder', this.#run)
    const response = await this.fetch('/upload/image', { method: 'POST', body: form })
    const answer: unknown = await response.json()
    return isRecord(answer) ? String(answer['name']) : ''
  }

  /** Sends a graph in which `<run>` stands for this run's own folder, and watches it to its end. */
  async run(graph: unknown): Promise<Observed> {
    const clientId = `conformance-${this.#run}-${performance.now()}`
    const socket = new WebSocket(`${this.#url.replace(/^http/, 'ws')}/ws?clientId=${clientId}`)
    const events: string[] = []
    const ended = Promise.withResolvers<void>()
    socket.on('message', (data, isBinary) => {
      if (isBinary) return
      const message: unknown = JSON.parse(Buffer.isBuffer(data) ? data.toString('utf8') : '{}')
      const line = this.#eventLine(message)
      if (line !== undefined) events.push(line)
      if (line === 'executing null') ended.resolve()
    })
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject))
    try {
      const text = JSON.stringify({ prompt: graph, client_id: clientId }).replaceAll(
        '<run>',
        this.#run,
      )
      const response = await this.fetch('/prompt', { method: 'POST', body: text })
      const answer: unknown = await response.json()
      const shown = this.#tidyAnswer(answer)
      if (response.status !== 200 || !isRecord(answer))
        return { status: response.status, answer: shown, events, history: null, pictures: [] }
      const timer = setTimeout(
        () => ended.reject(new Error(`no end; seen: ${events.join(', ')}`)),
        PROMPT_MS_MAX,
      )
      await ended.promise
      clearTimeout(timer)
      const history: unknown = await (
        await this.fetch(`/history/${String(answer['prompt_id'])}`)
      ).json()
      const entry = isRecord(history) ? history[String(answer['prompt_id'])] : undefined
      return {
        status: response.status,
        answer: shown,
        events,
        history: this.#tidyHistory(entry),
        pictures: await this.#sketches(entry),
      }
    } finally {
      socket.terminate()
    }
  }

  #eventLine(message: unknown): string | undefined {
    if (!isRecord(message) || !isRecord(message['data'])) return undefined
    const { type } = message
    const data = message['data']
    switch (type) {
      case 'status':
        return undefined
      case 'execution_cached':
        return `execution_cached ${JSON.stringify(data['nodes'])}`
      case 'progress_state': {
        const nodes = isRecord(data['nodes']) ? Object.entries(data['nodes']) : []
        return `progress_state ${nodes.map(([id, node]) => `${id}:${isRecord(node) ? String(node['state']) : ''}`).join(' ')}`
      }
      case 'executed':
        return `executed ${String(data['node'])} ${this.#plain(data['output'])}`
      case 'executing':
        return `executing ${String(data['node'])}`
      default:
        return String(type)
    }
  }

  /** Answers without ids and places in code; errors in a fixed order, because a real engine goes through a set. */
  #tidyAnswer(answer: unknown): unknown {
    if (!isRecord(answer)) return answer
    const { prompt_id: _id, number: _number, ...rest } = answer
    const text = this.#plain(rest, (key, value) => {
      if (key === 'traceback') return undefined
      if (key === 'details' && typeof value === 'string')
        return value.split('\n').toSorted().join('\n')
      if (key === 'errors' && Array.isArray(value))
        return value.toSorted((one, other) =>
          JSON.stringify(one) < JSON.stringify(other) ? -1 : 1,
        )
      return value
    })
    return JSON.parse(text)
  }

  #tidyHistory(entry: unknown): unknown {
    if (!isRecord(entry)) return null
    const text = this.#plain(
      { outputs: entry['outputs'], meta: entry['meta'], status: entry['status'] },
      (key, value) =>
        [
          'traceback',
          'timestamp',
          'prompt_id',
          'current_outputs',
          'executed',
          'current_inputs',
        ].includes(key)
          ? undefined
          : value,
    )
    return JSON.parse(text)
  }

  #plain(value: unknown, replacer?: (key: string, value: unknown) => unknown): string {
    return JSON.stringify(value, replacer)
      .replaceAll(this.#run, '<run>')
      .replaceAll(/ComfyUI_temp_[a-z]{5}/g, 'ComfyUI_temp_<mark>')
      .replaceAll(/(folder|dir|path): \/[^\\"]*/g, '$1: <path>')
  }

  async #sketches(entry: unknown): Promise<readonly Sketch[]> {
    if (!isRecord(entry) || !isRecord(entry['outputs'])) return []
    const shown = Object.values(entry['outputs']).filter(isRecord)
    const files = shown.flatMap(({ images }) =>
      Array.isArray(images) ? images.filter(isRecord) : [],
    )
    return Promise.all(files.map(file => this.#sketch(file)))
  }

  async #sketch(file: Record<string, unknown>): Promise<Sketch> {
    const { filename, subfolder, type } = file
    const query = new URLSearchParams({
      filename: String(filename),
      subfolder: String(subfolder),
      type: String(type),
    })
    const bytes = Buffer.from(await (await this.fetch(`/view?${query.toString()}`)).arrayBuffer())
    const {
      width,
      height,
      pages = 1,
      pageHeight = height,
    } = await sharp(bytes, { animated: true }).metadata()
    const grid = await sharp(bytes)
      .removeAlpha()
      .resize(6, 4, { fit: 'fill', kernel: 'linear' })
      .toColourspace('srgb')
      .raw()
      .toBuffer()
    return {
      name: this.#plain(filename).slice(1, -1),
      width,
      height: pageHeight,
      pages,
      colours: [...grid],
    }
  }
}

/** The picture that the cases work on: gradients, a disc and a soft checkerboard, with a transparent corner. */
export function drawInput(width: number, height: number, withAlpha: boolean): Promise<Buffer> {
  const channels = withAlpha ? 4 : 3
  const bytes = Buffer.alloc(width * height * channels)
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const at = (y * width + x) * channels
      const inDisc = (x - width * 0.6) ** 2 + (y - height * 0.4) ** 2 < (height * 0.25) ** 2
      bytes[at] = inDisc ? 240 : Math.round((x / (width - 1)) * 220)
      bytes[at + 1] = inDisc ? 180 : Math.round((y / (height - 1)) * 200)
      bytes[at + 2] = (Math.floor(x / 16) + Math.floor(y / 16)) % 2 === 0 ? 160 : 60
      if (withAlpha)
        bytes[at + 3] = x < width / 2 && y < height / 2 ? Math.round((x / width) * 255) : 255
    }
  }
  return sharp(bytes, { raw: { width, height, channels } }).png().toBuffer()
}
