/**
 * The files origin: a listener that knows no cookie and no route of the API, so a file that is a page or a script
 * can do nothing in the app's name. It serves signed addresses and the public media of effects.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { isErrorCode, Problem, problem, type ErrorCode } from '@bp/contracts/errors'
import { limits } from '@bp/contracts/limits'
import { isObjectKey } from '../object-store.ts'
import { crossOriginHeaders, preflightHeaders } from './cross-origin.ts'
import { getObject } from './get-object.ts'
import type { ObjectFolder } from './object-folder.ts'
import { putObject } from './put-object.ts'

export interface ListenerLog {
  warn(facts: object, text: string): void
}

export interface FilesListenerOptions {
  readonly folder: ObjectFolder
  readonly secret: Uint8Array
  readonly host: string
  readonly port: number
  readonly appOrigins: readonly string[]
  readonly nowMs: () => number
  readonly log: ListenerLog
}

export interface FilesListener extends AsyncDisposable {
  readonly origin: string
  readonly port: number
}

/** Connections at once; beyond, the socket is closed by node and the caller tries again. */
const connectionsMax = 512
/** A transfer that stands still for this long is cut. */
const silentMsMax = 30_000

/** What a call is about, read from its address. */
export interface FileCall {
  readonly key: string
  readonly isPublic: boolean
  readonly query: URLSearchParams
}

export async function startFilesListener(options: FilesListenerOptions): Promise<FilesListener> {
  const server = createServer((request, response) => {
    response.setHeader('x-content-type-options', 'nosniff')
    response.setHeader('content-security-policy', "sandbox; default-src 'none'")
    response.setHeader('cross-origin-resource-policy', 'cross-origin')
    response.setHeader('referrer-policy', 'no-referrer')
    for (const [name, value] of Object.entries(crossOriginHeaders(request, options.appOrigins)))
      response.setHeader(name, value)
    answer(request, response, options).catch((thrown: unknown) => {
      refuse(request, response, thrown, options.log)
    })
  })
  server.maxConnections = connectionsMax
  server.keepAliveTimeout = 125_000
  // A large file may take long; what is bounded is silence.
  server.requestTimeout = 0
  server.setTimeout(silentMsMax)

  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port, options.host, resolve)
  })
  const bound = server.address()
  const port = typeof bound === 'object' && bound !== null ? bound.port : options.port
  return {
    origin: `http://${options.host.includes(':') ? `[${options.host}]` : options.host}:${port}`,
    port,
    [Symbol.asyncDispose]: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  options: FilesListenerOptions,
): Promise<void> {
  if (request.method === 'OPTIONS') {
    const headers = preflightHeaders(request, options.appOrigins)
    response.writeHead(headers === undefined ? 403 : 204, headers)
    response.end()
    return
  }
  const call = readCall(request.url ?? '/')
  if (call === undefined) throw problem('not_found', { noun: 'file' })
  switch (request.method ?? '') {
    case 'GET':
    case 'HEAD':
      return getObject(request, response, call, options)
    case 'PUT':
      return putObject(request, response, call, options)
    default:
      throw problem('method_not_allowed', {
        method: request.method ?? '',
        allowed: 'GET, HEAD, PUT, OPTIONS',
      })
  }
}

function readCall(address: string): FileCall | undefined {
  if (!address.startsWith('/')) return undefined
  // Not `new URL(path)`: it would resolve "..", and a key is compared, never resolved.
  const mark = address.indexOf('?')
  const path = mark === -1 ? address : address.slice(0, mark)
  const query = new URLSearchParams(mark === -1 ? '' : address.slice(mark + 1))
  const match = /^\/(files|public)\/(.+)$/.exec(path)
  if (match === null) return undefined
  let key: string
  try {
    key = decodeURIComponent(match[2] ?? '')
  } catch {
    return undefined
  }
  if (!isObjectKey(key)) return undefined
  const isPublic = match[1] === 'public'
  // Public is what effects show, and nothing else.
  if (isPublic && !key.startsWith('effects/')) return undefined
  return { key, isPublic, query }
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  thrown: unknown,
  log: ListenerLog,
): void {
  const shown = thrown instanceof Problem ? thrown : problem('internal', {}, { cause: thrown })
  if (!(thrown instanceof Problem) && !isCutSocket(thrown))
    log.warn({ err: thrown, method: request.method }, 'a file transfer failed')
  if (response.headersSent || response.destroyed) {
    response.destroy()
    return
  }
  const retryAfter = shown.status === 503 ? { 'retry-after': '2' } : {}
  // The rest of a refused body is read away up to the size of an upload, so that a caller sees the refusal and not
  // a cut socket; of a larger one, or one of unknown length, nothing more is read.
  const announced = Number(request.headers['content-length'] ?? Number.POSITIVE_INFINITY)
  const tooMuch = request.method === 'PUT' && !(announced <= limits.uploadBytesMax)
  response.writeHead(shown.status, {
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
    ...(tooMuch ? { connection: 'close' } : {}),
    ...retryAfter,
  })
  response.end(JSON.stringify(problemOf(shown.code, shown)))
}

const problemOf = (code: ErrorCode, shown: Problem): Readonly<Record<string, unknown>> => ({
  type: `/docs/errors#${code}`,
  title: code,
  status: shown.status,
  detail: shown.message,
  code: isErrorCode(code) ? code : 'internal',
  remedy: shown.remedy,
  request_id: '',
  retryable: shown.status >= 500,
  errors: [],
})

const isCutSocket = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  'code' in thrown &&
  (thrown.code === 'ECONNRESET' || thrown.code === 'ERR_STREAM_PREMATURE_CLOSE')
