/**
 * The static server of the app: a folder of built files → one request handler, `node:http` only.
 * All files are read into memory at start; nothing else can be served, so path tricks have nothing to reach.
 */
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { extname, join, relative, sep } from 'node:path'
import { hashWorkerCsp, pageCsp, type CspOrigins } from './csp.ts'

export interface FrontendOptions extends CspOrigins {
  /** The built app (`apps/frontend/dist`). */
  readonly dir: string
  /** Answered by `/up`. */
  readonly commit: string
}

interface StaticFile {
  readonly type: string
  readonly plain: Buffer
  readonly br: Buffer | undefined
  readonly gz: Buffer | undefined
  readonly headers: Readonly<Record<string, string>>
}

const types: Readonly<Record<string, string>> = {
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.webp': 'image/webp',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
}
const noncePlace = '__NONCE__'
const security: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'same-origin',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(self), microphone=(), geolocation=(), payment=(), usb=()',
}

/**
 * Reads `dir` and answers with a handler. It returns false, without touching the response, for `/api` and all
 * below it; every other request is answered here. Throws when the folder holds no `index.html`.
 */
export function createFrontend(
  options: FrontendOptions,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const files = readFiles(options.dir)
  const page = readFileSync(join(options.dir, 'index.html'), 'utf8').split(noncePlace)
  pageCsp(options, '') // a wrong origin stops the start, not the first visitor

  return (request, response) => {
    const path = pathOf(request.url ?? '/')
    if (path === '/api' || path?.startsWith('/api/')) return false
    for (const [name, value] of Object.entries(security)) response.setHeader(name, value)
    if (request.headers['x-forwarded-proto'] === 'https')
      response.setHeader('strict-transport-security', 'max-age=31536000')

    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD')
      sendText(request, response, 405, 'Only GET and HEAD are allowed here.')
      return true
    }
    if (path === '/up') {
      response.setHeader('cache-control', 'no-store')
      sendText(request, response, 200, `ok ${options.commit}`)
      return true
    }
    const file = path === undefined ? undefined : files.get(path)
    if (file) sendFile(request, response, file)
    // A missing asset must be a 404: HTML in its place would be run as a script after a deployment.
    else if (path === undefined || path.startsWith('/assets/') || path.includes('.'))
      sendText(request, response, 404, 'There is no such file.')
    else sendPage(request, response, page, options)
    return true
  }
}

function readFiles(dir: string): ReadonlyMap<string, StaticFile> {
  const found = new Map<string, Buffer>()
  for (const entry of readdirSync(dir, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue
    const path = join(entry.parentPath, entry.name)
    const name = `/${relative(dir, path).split(sep).join('/')}`
    // The manifest and the maps are for tools, not for visitors.
    if (name === '/index.html' || name.startsWith('/.') || name.endsWith('.map')) continue
    found.set(name, readFileSync(path))
  }
  const files = new Map<string, StaticFile>()
  for (const [name, plain] of found) {
    if (/\.(br|gz)$/.test(name)) continue
    const hashed = /^\/assets\/.+-[A-Za-z0-9_-]{8,}\.[a-z0-9]+$/.test(name)
    files.set(name, {
      type: types[extname(name)] ?? 'application/octet-stream',
      plain,
      br: found.get(`${name}.br`),
      gz: found.get(`${name}.gz`),
      headers: {
        'cache-control': hashed ? 'public, max-age=31536000, immutable' : 'no-cache',
        ...(/\/hash[.-]worker[^/]*\.js$/.test(name)
          ? { 'content-security-policy': hashWorkerCsp }
          : {}),
      },
    })
  }
  return files
}

/** The decoded path without query; undefined when it is malformed or holds what no file of ours can. */
function pathOf(url: string): string | undefined {
  const raw = url.split(/[?#]/, 1)[0] ?? '/'
  try {
    const path = decodeURIComponent(raw)
    return path.startsWith('/') && !/[\0\\]|\/\.\.?(\/|$)/.test(path) ? path : undefined
  } catch {
    return undefined
  }
}

function sendFile(request: IncomingMessage, response: ServerResponse, file: StaticFile): void {
  const accepted = acceptedEncodings(request.headers['accept-encoding'])
  const encoding =
    file.br && accepted.has('br') ? 'br' : file.gz && accepted.has('gzip') ? 'gzip' : undefined
  const body = encoding === 'br' ? file.br : encoding === 'gzip' ? file.gz : file.plain
  for (const [name, value] of Object.entries(file.headers)) response.setHeader(name, value)
  response.setHeader('content-type', file.type)
  if (file.br ?? file.gz) response.setHeader('vary', 'accept-encoding')
  if (encoding) response.setHeader('content-encoding', encoding)
  send(request, response, 200, body ?? file.plain)
}

/** Encodings that the visitor takes; `;q=0` refuses one. */
function acceptedEncodings(header: string | string[] | undefined): ReadonlySet<string> {
  const accepted = new Set<string>()
  for (const part of String(header ?? '').split(',')) {
    const [name = '', ...parameters] = part
      .trim()
      .toLowerCase()
      .split(/\s*;\s*/)
    if (!parameters.some(parameter => /^q=0(\.0*)?$/.test(parameter))) accepted.add(name)
  }
  return accepted
}

/** No ETag: a 304 would pair the old body's nonce with the new header's, and every nonced style would be refused. */
function sendPage(
  request: IncomingMessage,
  response: ServerResponse,
  page: readonly string[],
  origins: CspOrigins,
): void {
  const nonce = randomBytes(18).toString('base64')
  response.setHeader('content-type', 'text/html; charset=utf-8')
  response.setHeader('cache-control', 'no-store')
  response.setHeader('content-security-policy', pageCsp(origins, nonce))
  send(request, response, 200, Buffer.from(page.join(nonce)))
}

function sendText(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  text: string,
): void {
  response.setHeader('content-type', 'text/plain; charset=utf-8')
  if (!response.hasHeader('cache-control')) response.setHeader('cache-control', 'no-store')
  send(request, response, status, Buffer.from(`${text}\n`))
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  body: Buffer,
): void {
  response.statusCode = status
  response.setHeader('content-length', body.length)
  response.end(request.method === 'HEAD' ? undefined : body)
}
