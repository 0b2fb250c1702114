import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import {
  createServer,
  request as httpRequest,
  type IncomingHttpHeaders,
  type Server,
} from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { brotliDecompressSync, gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createFrontend } from './create-frontend.ts'
import { precompress } from './precompress.ts'

const script = `export const text = '${'abc '.repeat(400)}'`
const page =
  '<!doctype html><meta property="csp-nonce" nonce="__NONCE__"><style nonce="__NONCE__"></style>'
let dir: string
let server: Server
let port: number

beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'bp-frontend-'))
  mkdirSync(join(dir, 'assets'))
  mkdirSync(join(dir, '.vite'))
  writeFileSync(join(dir, 'index.html'), page)
  writeFileSync(join(dir, 'theme.js'), 'document.documentElement')
  writeFileSync(join(dir, 'assets', 'index-AbCd1234.js'), script)
  writeFileSync(join(dir, 'assets', 'hash.worker-AbCd1234.js'), 'self')
  writeFileSync(join(dir, 'assets', 'index-AbCd1234.js.map'), '{}')
  writeFileSync(join(dir, '.vite', 'manifest.json'), '{}')
  precompress(dir)
  const handle = createFrontend({
    dir,
    mediaOrigins: ['http://127.0.0.1:9001'],
    uploadOrigins: ['http://127.0.0.1:9002'],
    commit: 'abc123',
  })
  server = createServer((incoming, outgoing) => {
    if (!handle(incoming, outgoing)) outgoing.writeHead(299).end('passed on')
  })
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('no port')
  port = address.port
})
afterAll(async () => {
  await new Promise(resolve => {
    server.close(resolve)
    server.closeAllConnections()
  })
  rmSync(dir, { recursive: true })
})

/** Sends the path as it is: `fetch` would tidy `..` away before anything is sent. */
function ask(
  path: string,
  options: { method?: string; headers?: Record<string, string> } = {},
): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
  return new Promise((resolve, reject) => {
    const call = httpRequest(
      { host: '127.0.0.1', port, path, agent: false, ...options },
      response => {
        const pieces: Buffer[] = []
        response.on('data', (piece: Buffer) => pieces.push(piece))
        response.on('end', () => {
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            body: Buffer.concat(pieces),
          })
        })
      },
    )
    call.on('error', reject)
    call.end()
  })
}

describe('the page', () => {
  it.each(['/', '/effects', '/jobs/job_0000000000001', '/start?x=1', '/no/such/page'])(
    'is the answer to %s, never stored, with a policy',
    async path => {
      const { status, headers, body } = await ask(path)
      expect(status).toBe(200)
      expect(headers['content-type']).toBe('text/html; charset=utf-8')
      expect(headers['cache-control']).toBe('no-store')
      expect(headers['etag']).toBeUndefined()
      const nonce = /nonce="([^"]+)"/.exec(body.toString())?.[1]
      expect(body.toString()).not.toContain('__NONCE__')
      expect(headers['content-security-policy']).toContain(`style-src 'self' 'nonce-${nonce}'`)
    },
  )

  it('has a fresh nonce in each answer, also when the visitor has a copy', async () => {
    const nonces = new Set<string>()
    for (let n = 0; n < 5; n++) {
      const { status, headers } = await ask('/', {
        headers: { 'if-none-match': '*', 'if-modified-since': new Date().toUTCString() },
      })
      expect(status).toBe(200)
      nonces.add(/'nonce-([^']+)'/.exec(String(headers['content-security-policy']))?.[1] ?? '')
    }
    expect(nonces.size).toBe(5)
  })

  it('may load media and send files only where it was told', async () => {
    const policy = String((await ask('/')).headers['content-security-policy'])
    expect(policy).toContain("img-src 'self' data: blob: http://127.0.0.1:9001;")
    expect(policy).toContain("connect-src 'self' http://127.0.0.1:9002 http://127.0.0.1:9001;")
    expect(policy).toContain("default-src 'none'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
  })

  it('carries the security headers, and HSTS only behind HTTPS', async () => {
    const { headers } = await ask('/')
    expect(headers['x-content-type-options']).toBe('nosniff')
    expect(headers['referrer-policy']).toBe('same-origin')
    expect(headers['cross-origin-opener-policy']).toBe('same-origin')
    expect(headers['permissions-policy']).toContain('camera=(self)')
    expect(headers['strict-transport-security']).toBeUndefined()
    const secure = await ask('/', { headers: { 'x-forwarded-proto': 'https' } })
    expect(secure.headers['strict-transport-security']).toContain('max-age=')
  })
})

describe('files', () => {
  it('with a hash in their name are kept for ever; others are asked for again', async () => {
    expect((await ask('/assets/index-AbCd1234.js')).headers['cache-control']).toBe(
      'public, max-age=31536000, immutable',
    )
    expect((await ask('/theme.js')).headers['cache-control']).toBe('no-cache')
  })

  it('come compressed when the visitor takes it', async () => {
    const path = '/assets/index-AbCd1234.js'
    const br = await ask(path, { headers: { 'accept-encoding': 'gzip, br' } })
    expect(br.headers['content-encoding']).toBe('br')
    expect(br.headers['vary']).toBe('accept-encoding')
    expect(brotliDecompressSync(br.body).toString()).toBe(script)
    const gz = await ask(path, { headers: { 'accept-encoding': 'gzip, br;q=0' } })
    expect(gz.headers['content-encoding']).toBe('gzip')
    expect(gunzipSync(gz.body).toString()).toBe(script)
    const plain = await ask(path)
    expect(plain.headers['content-encoding']).toBeUndefined()
    expect(plain.body.toString()).toBe(script)
  })

  it('that are missing are 404, never the page', async () => {
    for (const path of ['/assets/index-gone0000.js', '/assets/', '/robots.txt', '/a/b.html']) {
      const { status, headers } = await ask(path)
      expect(status, path).toBe(404)
      expect(headers['content-type'], path).toContain('text/plain')
    }
  })

  it.each([
    '/../package.json',
    '/assets/../../package.json',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/assets/..%2f..%2fpackage.json',
    '/..%5c..%5cetc',
    '/%00',
    '/%',
    '/.vite/manifest.json',
    '/index.html',
    '/assets/index-AbCd1234.js.map',
    '/assets/index-AbCd1234.js.br',
  ])('nothing but built files can be reached: %s', async path => {
    expect((await ask(path)).status).toBe(404)
  })

  it('of the hashing worker alone may compile WebAssembly', async () => {
    expect(
      (await ask('/assets/hash.worker-AbCd1234.js')).headers['content-security-policy'],
    ).toContain('wasm-unsafe-eval')
    expect(
      (await ask('/assets/index-AbCd1234.js')).headers['content-security-policy'],
    ).toBeUndefined()
  })
})

describe('methods and neighbours', () => {
  it('answers HEAD with headers alone', async () => {
    const head = await ask('/assets/index-AbCd1234.js', { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(Number(head.headers['content-length'])).toBe(script.length)
    expect(head.body.length).toBe(0)
  })

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('refuses %s', async method => {
    const { status, headers } = await ask('/effects', { method })
    expect(status).toBe(405)
    expect(headers['allow']).toBe('GET, HEAD')
  })

  it('says that it is up, with its commit', async () => {
    const { status, body } = await ask('/up')
    expect(status).toBe(200)
    expect(body.toString()).toBe('ok abc123\n')
  })

  it('leaves /api to others, with any method', async () => {
    expect((await ask('/api')).status).toBe(299)
    expect((await ask('/api/v1/jobs?x=1', { method: 'POST' })).status).toBe(299)
    expect((await ask('/apis')).status).toBe(200)
  })
})

it('refuses to start with something that is no origin', () => {
  for (const origin of [
    'media.example.org',
    'https://a.example/path',
    "https://a.example; script-src 'unsafe-inline'",
  ])
    expect(() =>
      createFrontend({ dir, mediaOrigins: [origin], uploadOrigins: [], commit: '' }),
    ).toThrow('no origin')
})
