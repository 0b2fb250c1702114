import { request } from 'node:http'
import type { Scene } from './scene.ts'

export interface ApiCall {
  readonly method: string
  readonly path: string
  readonly body?: unknown
  readonly cookie?: string
}

export interface ApiAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>
  readonly body: Buffer
}

const answerMsMax = 30_000

/** One call through the load balancer, as the page in a browser makes it. Any status is an answer. */
export function callApi(scene: Scene, call: ApiCall): Promise<ApiAnswer> {
  const apiUrl = new URL(scene.notebook.read('apiUrl'))
  const emulator = new URL(scene.emulator.endpoint)
  const text = call.body === undefined ? undefined : JSON.stringify(call.body)
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: emulator.hostname,
        port: emulator.port,
        method: call.method,
        path: call.path,
        signal: AbortSignal.timeout(answerMsMax),
        headers: {
          host: apiUrl.host,
          // A call with a cookie has to come from a page of bp.
          origin: apiUrl.origin,
          ...(call.cookie !== undefined && { cookie: call.cookie }),
          ...(text !== undefined && {
            'content-type': 'application/json',
            'content-length': Buffer.byteLength(text),
          }),
        },
      },
      incoming => {
        const pieces: Buffer[] = []
        incoming.on('data', (piece: Buffer) => pieces.push(piece))
        incoming.once('error', reject)
        incoming.once('end', () => {
          const { statusCode: status = 0, headers } = incoming
          resolve({ status, headers, body: Buffer.concat(pieces) })
        })
      },
    )
    asked.once('error', reject)
    asked.end(text)
  })
}

/** A call as the signed-in owner, whose answer must be good and is read by its shape. */
export async function asOwner<Answer>(
  scene: Scene,
  call: Omit<ApiCall, 'cookie'>,
  shape: { parse(value: unknown): Answer },
): Promise<Answer> {
  const answer = await callApi(scene, { ...call, cookie: scene.notebook.read('cookie') })
  if (answer.status >= 400)
    throw new Error(`${call.method} ${call.path} answers ${answer.status}: ${String(answer.body)}`)
  return shape.parse(JSON.parse(String(answer.body)))
}
