/** What every object store must do, run against each of them; addresses are used as a caller uses them. */
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLocalObjectStore } from './local/local-object-store.ts'
import type { ObjectStore, PutPlan } from './object-store.ts'

interface ObjectStoreUnderTest extends AsyncDisposable {
  readonly store: ObjectStore
  /** Lets so much time pass that every address that was signed before is void. */
  expireAll(): void
  /** Files that a cut upload has left behind anywhere. */
  leftovers(): Promise<readonly string[]>
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
/** `content-length` is set by fetch itself and may not be given. */
const sendable = (headers: PutPlan['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'content-length'))

function objectStoreContract(name: string, open: () => Promise<ObjectStoreUnderTest>): void {
  describe(`object store: ${name}`, () => {
    let under: ObjectStoreUnderTest
    beforeAll(async () => {
      under = await open()
    })
    afterAll(async () => {
      await under[Symbol.asyncDispose]()
    })

    const bytes = randomBytes(300_000)
    const plan = (key: string, body: Uint8Array = bytes): Promise<PutPlan> =>
      under.store.planPut({
        key,
        sizeBytes: body.byteLength,
        contentType: 'image/png',
        sha256: sha256(body),
      })
    const put = async (planned: PutPlan, body: Uint8Array): Promise<number> => {
      const answer = await fetch(planned.url, {
        method: planned.method,
        headers: sendable(planned.headers),
        body: Buffer.from(body),
      })
      await answer.arrayBuffer()
      return answer.status
    }

    it('stores what was planned, and tells size, hash and type', async () => {
      expect(await put(await plan('uploads/a/one'), bytes)).toBe(200)
      expect(await under.store.head('uploads/a/one')).toEqual({
        sizeBytes: bytes.byteLength,
        sha256: sha256(bytes),
        contentType: 'image/png',
      })
    })

    it('answers 412 for a key that is taken, and keeps the first bytes', async () => {
      const planned = await plan('uploads/a/twice')
      expect(await put(planned, bytes)).toBe(200)
      expect(await put(planned, bytes)).toBe(412)
      const other = randomBytes(10)
      expect(await put(await plan('uploads/a/twice', other), other)).toBe(412)
      expect((await under.store.head('uploads/a/twice'))?.sha256).toBe(sha256(bytes))
    })

    it('refuses other bytes of the same length', async () => {
      const other = Buffer.from(bytes)
      other.writeUInt8(255 - other.readUInt8(5), 5)
      expect(await put(await plan('uploads/a/other'), other)).toBeGreaterThanOrEqual(400)
      expect(await under.store.head('uploads/a/other')).toBeUndefined()
    })

    it('refuses another length, another type and another key than was signed', async () => {
      const planned = await plan('uploads/a/signed')
      expect(await put(planned, bytes.subarray(0, 100))).toBe(403)
      const type = { ...planned, headers: { ...planned.headers, 'content-type': 'text/html' } }
      expect(await put(type, bytes)).toBe(403)
      const key = { ...planned, url: planned.url.replace('a/signed', 'b/signed') }
      expect(await put(key, bytes)).toBe(403)
      expect(await under.store.head('uploads/a/signed')).toBeUndefined()
      expect(await under.store.head('uploads/b/signed')).toBeUndefined()
    })

    it('leaves nothing of an upload that was cut in the middle', async () => {
      const planned = await plan('uploads/a/cut')
      await new Promise<void>(resolve => {
        const call = httpRequest(planned.url, { method: 'PUT', headers: planned.headers })
        call.on('error', () => resolve())
        call.write(bytes.subarray(0, 100_000), () => call.destroy(new Error('cut')))
      })
      await expect.poll(() => under.leftovers()).toEqual([])
      expect(await under.store.head('uploads/a/cut')).toBeUndefined()
      expect(await put(planned, bytes)).toBe(200)
    })

    it('takes a whole key again after it was removed; removing twice is no error', async () => {
      expect(await put(await plan('jobs/j/1/0-x.png'), bytes)).toBe(200)
      await under.store.remove('jobs/j/1/0-x.png')
      await under.store.remove('jobs/j/1/0-x.png')
      expect(await under.store.head('jobs/j/1/0-x.png')).toBeUndefined()
      expect(await under.store.read('jobs/j/1/0-x.png')).toBeUndefined()
      expect(await put(await plan('jobs/j/1/0-x.png'), bytes)).toBe(200)
    })

    it('serves by signed address: whole, range, HEAD, and 416 beyond the end', async () => {
      await put(await plan('uploads/a/get'), bytes)
      const { url } = under.store.signedGet('uploads/a/get', 'Hafen "1" ä.png')
      const whole = await fetch(url)
      expect(whole.status).toBe(200)
      expect(whole.headers.get('content-type')).toBe('image/png')
      expect(whole.headers.get('x-content-type-options')).toBe('nosniff')
      expect(whole.headers.get('content-disposition')).toMatch(/^inline/)
      expect(sha256(new Uint8Array(await whole.arrayBuffer()))).toBe(sha256(bytes))

      const part = await fetch(url, { headers: { range: 'bytes=100-199' } })
      expect(part.status).toBe(206)
      expect(part.headers.get('content-range')).toBe(`bytes 100-199/${bytes.byteLength}`)
      expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(100, 200))).toBe(true)

      const tail = await fetch(url, { headers: { range: 'bytes=-10' } })
      expect(Buffer.from(await tail.arrayBuffer()).equals(bytes.subarray(-10))).toBe(true)

      const beyond = await fetch(url, { headers: { range: `bytes=${bytes.byteLength}-` } })
      expect(beyond.status).toBe(416)
      await beyond.arrayBuffer()

      const headOnly = await fetch(url, { method: 'HEAD' })
      expect(headOnly.headers.get('content-length')).toBe(String(bytes.byteLength))
    })

    it('takes any name that a file may have', async () => {
      for (const fileName of ['\ud800', '"\\\r\n', '日本語.png', '%41%', ' ', 'a'.repeat(255)]) {
        const answer = await fetch(under.store.signedGet('uploads/a/get', fileName).url)
        expect([fileName, answer.status]).toEqual([fileName, 200])
        await answer.arrayBuffer()
      }
    })

    it('gives the same address for the same file within a window', () => {
      const first = under.store.signedGet('uploads/a/get', 'x.png')
      expect(under.store.signedGet('uploads/a/get', 'x.png')).toEqual(first)
    })

    it('refuses a forged and an unsigned address', async () => {
      const { url } = under.store.signedGet('uploads/a/get', 'x.png')
      for (const bad of [url.replace('name=x', 'name=y'), url.split('?')[0] ?? '']) {
        const answer = await fetch(bad)
        expect(answer.status).toBe(403)
        await answer.arrayBuffer()
      }
    })

    it('sends what a browser would run as a download', async () => {
      const page = Buffer.from('<script>alert(1)</script>')
      await under.store.putBytes('uploads/a/page', 'text/html', page)
      const answer = await fetch(under.store.signedGet('uploads/a/page', 'page.html').url)
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment/)
      expect(answer.headers.get('content-security-policy')).toContain('sandbox')
      await answer.arrayBuffer()
    })

    it('stores an empty object', async () => {
      const nothing = new Uint8Array()
      expect(await put(await plan('uploads/a/empty', nothing), nothing)).toBe(200)
      expect((await under.store.head('uploads/a/empty'))?.sizeBytes).toBe(0)
      const answer = await fetch(under.store.signedGet('uploads/a/empty', 'e').url)
      expect((await answer.arrayBuffer()).byteLength).toBe(0)
    })

    it('refuses addresses after their time, last of all', async () => {
      const late = await plan('uploads/a/late')
      const { url } = under.store.signedGet('uploads/a/get', 'x.png')
      under.expireAll()
      expect(await put(late, bytes)).toBe(403)
      const answer = await fetch(url)
      expect(answer.status).toBe(403)
      await answer.arrayBuffer()
    })
  })
}

objectStoreContract('local', async () => {
  let shiftMs = 0
  const folder = await mkdtemp(join(tmpdir(), 'bp-objects-'))
  const store = await openLocalObjectStore({
    folder,
    secret: Buffer.alloc(32, 7),
    host: '127.0.0.1',
    port: 0,
    appOrigins: [],
    nowMs: () => Date.now() + shiftMs,
    log: { warn: () => undefined },
  })
  return {
    store,
    expireAll: () => {
      shiftMs += 86_400_000
    },
    leftovers: () => readdir(join(folder, '.incoming')),
    [Symbol.asyncDispose]: async () => {
      await store[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    },
  }
})
