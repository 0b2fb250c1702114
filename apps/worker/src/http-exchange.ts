/**
 * One HTTP exchange with the engine or a file store, streamed in both directions, so that a file of 2 GB takes no
 * more memory than one of 2 kB. The worker plane does not use this: `@bp/client` speaks it.
 */
import { createReadStream } from 'node:fs'
import http from 'node:http'
import https from 'node:https'
import { pipeline } from 'node:stream/promises'

/** A body of known length: bytes and pieces of files one after the other. A length of its own per piece avoids chunked bodies, which stores refuse. */
export type BodyPart = Uint8Array | { readonly path: string; readonly sizeBytes: number }

export interface ExchangeOptions {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: readonly BodyPart[]
  readonly signal?: AbortSignal | undefined
  /** Ends the exchange when nothing moves for so long. */
  readonly idleMs?: number
}
export interface Exchange {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  /** Must be read to its end or destroyed. */
  readonly body: http.IncomingMessage
}

/** Connections are kept between exchanges; idle ones end after a few seconds so that nobody reuses a dead one. */
export class Connections implements Disposable {
  readonly #http = new http.Agent({ keepAlive: true, maxSockets: 16, timeout: 60_000 })
  readonly #https = new https.Agent({ keepAlive: true, maxSockets: 16, timeout: 60_000 })

  /** Sends and answers as soon as the head of the answer is here. Throws on refused, cut and silent connections. */
  async exchange(url: string, options: ExchangeOptions = {}): Promise<Exchange> {
    const target = new URL(url)
    const secure = target.protocol === 'https:'
    const parts = options.body
    const length = parts?.reduce((sum, part) => sum + sizeOf(part), 0)
    const request = (secure ? https : http).request(target, {
      method: options.method ?? 'GET',
      agent: secure ? this.#https : this.#http,
      headers: {
        ...options.headers,
        ...(length === undefined ? {} : { 'content-length': String(length) }),
      },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    })
    const idleMs = options.idleMs ?? 30_000
    request.setTimeout(idleMs, () => request.destroy(new Error(`silent for ${idleMs} ms`)))
    const answered = new Promise<Exchange>((resolve, reject) => {
      request.once('error', reject)
      request.once('response', body => {
        body.setTimeout(idleMs, () => body.destroy(new Error(`silent for ${idleMs} ms`)))
        resolve({ status: body.statusCode ?? 0, headers: body.headers, body })
      })
    })
    if (parts === undefined || parts.every(part => part instanceof Uint8Array)) {
      for (const part of parts ?? []) request.write(part)
      request.end()
      return answered
    }
    // The answer may come, or the connection break, while the body is still on its way.
    const sent = pipeline(piecesOf(parts), request)
    sent.catch(() => {})
    const answer = await Promise.race([answered, sent.then(() => answered)])
    return answer
  }

  /** Reads the answer whole, up to a bound; beyond it the exchange fails. */
  async exchangeText(
    url: string,
    options: ExchangeOptions = {},
    bytesMax = 67_108_864,
  ): Promise<{ status: number; headers: http.IncomingHttpHeaders; text: string }> {
    const { status, headers, body } = await this.exchange(url, options)
    const chunks: Uint8Array[] = []
    let sizeBytes = 0
    for await (const chunk of body) {
      if (!(chunk instanceof Uint8Array)) continue
      sizeBytes += chunk.length
      if (sizeBytes > bytesMax) throw new Error(`the answer is larger than ${bytesMax} bytes`)
      chunks.push(chunk)
    }
    return { status, headers, text: Buffer.concat(chunks).toString('utf8') }
  }

  [Symbol.dispose](): void {
    this.#http.destroy()
    this.#https.destroy()
  }
}

const sizeOf = (part: BodyPart): number =>
  part instanceof Uint8Array ? part.length : part.sizeBytes

async function* piecesOf(parts: readonly BodyPart[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    if (part instanceof Uint8Array) {
      yield part
      continue
    }
    for await (const chunk of createReadStream(part.path, {
      // A buffer of this size is made for each file, however small the file is.
      highWaterMark: Math.min(262_144, Math.max(4_096, part.sizeBytes)),
    })) {
      if (chunk instanceof Uint8Array) yield chunk
    }
  }
}
