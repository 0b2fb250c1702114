/** A bp made of the route table: it answers what a test says, and refuses a test whose answers do not fit the table. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { errors, problem, type ErrorCode, type ErrorParams } from '@bp/contracts/errors'
import { paths, type Path, type RouteId } from '@bp/contracts/paths'
import { routeIds, routeOf } from '@bp/contracts/routes'

interface Asked {
  readonly id: RouteId
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly body: unknown
  readonly headers: IncomingMessage['headers']
}
/** A status with a body, a refusal, or events of a stream (then the connection is closed, or held open). */
export type Reply =
  | { readonly status: number; readonly body: unknown }
  | { readonly events: readonly (readonly [string, unknown])[]; readonly hold?: true }
export type Replies = Partial<Record<RouteId, (asked: Asked, n: number) => Reply>>

export interface StubBp {
  readonly url: string
  readonly asked: readonly Asked[]
  /** Bytes that were PUT, by path. */
  readonly brought: ReadonlyMap<string, Uint8Array>
  /** Bytes that any GET outside /api/ gets. */
  serve(path: string, bytes: Uint8Array): void
  /** What the next calls are answered with. */
  answer(replies: Replies): void
  close(): Promise<void>
}

export const ok = (body: unknown, status = 200): Reply => ({ status, body })
export function refuse<Code extends ErrorCode>(code: Code, params: ErrorParams<Code>): Reply {
  const { message, remedy } = problem(code, params)
  return {
    status: errors[code].status,
    body: {
      type: `/docs/errors#${code}`,
      title: code,
      status: errors[code].status,
      detail: message,
      code,
      remedy,
      request_id: 'req_test',
      retryable: false,
      errors: [],
    },
  }
}

/** Starts a stub on a free loopback port. */
export async function startStub(): Promise<StubBp> {
  const asked: Asked[] = []
  const brought = new Map<string, Uint8Array>()
  const served = new Map<string, Uint8Array>()
  let replies: Replies = {}
  const server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      try {
        handle(request, response, Buffer.concat(pieces))
      } catch (error) {
        // A fixture that lies about the contract: the test sees it as a 500 with the reason.
        response.writeHead(500).end(String(error))
      }
    })
  })

  function handle(request: IncomingMessage, response: ServerResponse, bytes: Buffer): void {
    const url = new URL(request.url ?? '/', 'http://stub')
    if (request.method === 'PUT') {
      brought.set(url.pathname, bytes)
      response.writeHead(200).end()
      return
    }
    const found = findRoute(request.method ?? '', url.pathname)
    if (found === undefined) {
      const file = served.get(url.pathname)
      if (file === undefined) response.writeHead(404).end()
      else response.writeHead(200, { 'content-length': file.byteLength }).end(file)
      return
    }
    const { id, params } = found
    const body: unknown = bytes.length > 0 ? JSON.parse(bytes.toString()) : undefined
    routeOf(id).body?.parse(body)
    const one = { id, params, query: url.searchParams, body, headers: request.headers }
    const n = asked.filter(before => before.id === id).length
    asked.push(one)
    const reply = replies[id]?.(one, n) ?? refuse('not_found', { noun: 'thing' })
    if ('events' in reply) {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      for (const [event, data] of reply.events) {
        routeOf(id).stream?.[event]?.parse(data)
        response.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
      }
      if (reply.hold !== true) response.end()
      else response.flushHeaders()
      return
    }
    if (reply.status < 400) routeOf(id).ok[reply.status]?.parse(reply.body)
    response.writeHead(reply.status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(reply.body))
  }

  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the stub has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    asked,
    brought,
    serve: (path, bytes) => void served.set(path, bytes),
    answer: next => {
      replies = next
      asked.length = 0
    },
    close: () =>
      new Promise(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

function findRoute(
  method: string,
  path: string,
): { readonly id: RouteId; readonly params: Record<string, string> } | undefined {
  for (const id of routeIds) {
    const row: Path = paths[id]
    if (row.method !== method) continue
    const pattern = row.path.replaceAll(/:(\w+)/g, '(?<$1>[^/]+)')
    const match = new RegExp(`^${pattern}$`).exec(path)
    if (match !== null) return { id, params: { ...match.groups } }
  }
  return undefined
}
