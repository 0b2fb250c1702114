import type { IncomingMessage, ServerResponse } from 'node:http'
import { parseExact } from '../exact-json.ts'

/** Largest request body, uploads included; what `/features` promises. */
export const UPLOAD_BYTES_MAX = 100 * 1024 * 1024

/** A request that is answered with a bare status. */
export class HttpRefusal extends Error {
  readonly status: number

  constructor(status: number, text = '') {
    super(text)
    this.status = status
  }
}

/** Answers JSON. */
export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  const text = JSON.stringify(body)
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

/** Answers a status with a short text, or with nothing. */
export function sendText(response: ServerResponse, status: number, text = ''): void {
  response.writeHead(status, {
    'content-type': 'text/plain; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

/** The whole body, up to the limit; 413 beyond it. */
export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request) {
    const bytes: Buffer = Buffer.isBuffer(part) ? part : Buffer.from(String(part))
    size += bytes.length
    if (size > UPLOAD_BYTES_MAX)
      throw new HttpRefusal(
        413,
        `Maximum request body size ${UPLOAD_BYTES_MAX} exceeded, actual body size ${size}`,
      )
    parts.push(bytes)
  }
  return Buffer.concat(parts)
}

/** The body as JSON with its numbers kept. What is no JSON throws SyntaxError, which becomes a real engine's 500. */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  return parseExact((await readBody(request)).toString('utf8'))
}
