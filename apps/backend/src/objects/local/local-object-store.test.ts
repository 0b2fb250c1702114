import { mkdtemp, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keySafeName } from '../object-store.ts'
import { openLocalObjectStore, type LocalObjectStore } from './local-object-store.ts'

const appOrigin = 'http://127.0.0.1:4000'
const open = async (nowMs: () => number) => {
  const folder = await mkdtemp(join(tmpdir(), 'bp-objects-'))
  const store = await openLocalObjectStore({
    folder,
    secret: Buffer.alloc(32, 7),
    host: '127.0.0.1',
    port: 0,
    appOrigins: [appOrigin],
    nowMs,
    log: { warn: () => undefined },
  })
  return { folder, store }
}

describe('the files listener', () => {
  let folder: string
  let store: LocalObjectStore
  beforeAll(async () => {
    ;({ folder, store } = await open(Date.now))
    await store.putBytes('effects/blur/a.webp', 'image/webp', Buffer.from('picture'))
    await store.putBytes('uploads/u/a', 'image/png', Buffer.from('private'))
  })
  afterAll(async () => {
    await store[Symbol.asyncDispose]()
    await rm(folder, { recursive: true })
  })

  it('serves effect media without a signature, cacheable for ever', async () => {
    const answer = await fetch(store.origin + (await store.publicPath('effects/blur/a.webp')))
    expect(await answer.text()).toBe('picture')
    expect(answer.headers.get('cache-control')).toBe('public, max-age=31536000, immutable')
  })

  it('serves nothing else in public, whatever the path looks like', async () => {
    for (const path of [
      '/public/uploads/u/a',
      '/public/effects/../uploads/u/a',
      '/public/effects/%2e%2e/uploads/u/a',
      '/public//etc/passwd',
      '/files/../../../etc/passwd',
      '/files/%00',
      '/files/%zz',
      '/',
    ]) {
      expect([path, await rawGet(store.port, path)]).toEqual([path, expect.toBeOneOf([403, 404])])
    }
  })

  it('lets only a page of the app in', async () => {
    const plan = await store.planPut({
      key: 'uploads/u/b',
      sizeBytes: 1,
      contentType: 'image/png',
      sha256: '0'.repeat(64),
    })
    const ask = (origin: string): Promise<Response> =>
      fetch(plan.url, {
        method: 'OPTIONS',
        headers: { origin, 'access-control-request-method': 'PUT' },
      })
    const ours = await ask(appOrigin)
    expect(ours.status).toBe(204)
    expect(ours.headers.get('access-control-allow-origin')).toBe(appOrigin)
    expect(ours.headers.get('access-control-allow-headers')).toContain('x-amz-checksum-sha256')
    const foreign = await ask('http://evil.example')
    expect(foreign.status).toBe(403)
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull()
  })

  it('answers HEAD by the address of a GET', async () => {
    const file = { key: 'uploads/u/a', name: 'a.png', contentType: 'image/png' }
    const answer = await fetch((await store.signedGet(file)).url, { method: 'HEAD' })
    expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '7'])
  })

  it('refuses other methods', async () => {
    const answer = await fetch(`${store.origin}/files/uploads/u/a`, { method: 'DELETE' })
    expect(answer.status).toBe(405)
    await answer.arrayBuffer()
  })
})

/** fetch would tidy the path; this sends it as it is. */
const rawGet = (port: number, path: string): Promise<number> =>
  new Promise((resolve, reject) => {
    const call = httpRequest({ host: '127.0.0.1', port, path }, answer => {
      answer.resume()
      answer.on('end', () => resolve(answer.statusCode ?? 0))
    })
    call.on('error', reject)
    call.end()
  })

describe('keySafeName', () => {
  it.each([
    ['ComfyUI_00001_.png', 'ComfyUI_00001_.png'],
    ['../../etc/passwd', 'etc_passwd'],
    ['.hidden', 'hidden'],
    ['ä ö.png', 'a_o_.png'],
    ['', 'file'],
    ['///', 'file'],
    [`${'x'.repeat(300)}.png`, `${'x'.repeat(96)}.png`],
  ])('%j → %j', (name, safe) => {
    expect(keySafeName(name)).toBe(safe)
    expect(safe).toMatch(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/)
  })
})
