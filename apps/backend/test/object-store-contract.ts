/** What every object store must do, run against each of them; addresses are used as a caller uses them. */
import { createHash, randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ByteRange, ObjectStore, PutPlan } from '../src/objects/object-store.ts'

export interface ObjectStoreUnderTest extends AsyncDisposable {
  readonly store: ObjectStore
  /** Signs, and lets so much time pass that what was signed is void. */
  lapsed<T>(sign: (store: ObjectStore) => Promise<T>): Promise<T>
  /** Whether it can tell browsers to be careful with a file; where it cannot, whoever stands before it has to. */
  readonly saysSafetyHeaders: boolean
  /** Files that a cut upload has left behind anywhere. */
  leftovers(): Promise<readonly string[]>
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
/** `content-length` is set by fetch itself and may not be given. */
const sendable = (headers: PutPlan['headers']): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => name !== 'content-length'))

/** The suite. `open` is called once. */
export function objectStoreContract(name: string, open: () => Promise<ObjectStoreUnderTest>): void {
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
    const get = async (key: string, fileName: string, contentType = 'image/png') =>
      (await under.store.signedGet({ key, name: fileName, contentType })).url
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

    it('serves by signed address: whole, range, and 416 beyond the end', async () => {
      await put(await plan('uploads/a/get'), bytes)
      const url = await get('uploads/a/get', 'Hafen "1" ä.png')
      const whole = await fetch(url)
      expect(whole.status).toBe(200)
      expect(whole.headers.get('content-type')).toBe('image/png')
      expect(whole.headers.get('content-disposition')).toBe(
        `inline; filename="Hafen _1_ _.png"; filename*=UTF-8''Hafen%20%221%22%20%C3%A4.png`,
      )
      expect(whole.headers.get('cache-control')).toMatch(/^private, max-age=\d+$/)
      const nosniff = whole.headers.get('x-content-type-options')
      expect(nosniff).toBe(under.saysSafetyHeaders ? 'nosniff' : null)
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
    })

    it('takes any name that a file may have', async () => {
      for (const fileName of ['\ud800', '"\\\r\n', '日本語.png', '%41%', ' ', 'a'.repeat(255)]) {
        const answer = await fetch(await get('uploads/a/get', fileName))
        expect([fileName, answer.status]).toEqual([fileName, 200])
        await answer.arrayBuffer()
      }
    })

    it('gives the same address for the same file within a window', async () => {
      const first = await get('uploads/a/get', 'x.png')
      expect(await get('uploads/a/get', 'x.png')).toBe(first)
      expect(await get('uploads/a/get', 'y.png')).not.toBe(first)
    })

    it('refuses a forged and an unsigned address', async () => {
      const url = await get('uploads/a/get', 'x.png')
      for (const bad of [
        url.replaceAll('x.png', 'y.png'),
        url.replace('a/get', 'a/one'),
        url.split('?')[0] ?? '',
      ]) {
        const answer = await fetch(bad)
        expect(answer.status).toBe(403)
        await answer.arrayBuffer()
      }
    })

    it('sends what a browser would run as a download', async () => {
      const page = Buffer.from('<script>alert(1)</script>')
      await under.store.putBytes('uploads/a/page', 'text/html', page)
      const answer = await fetch(await get('uploads/a/page', 'page.html', 'text/html'))
      expect(answer.headers.get('content-disposition')).toMatch(/^attachment/)
      const policy = answer.headers.get('content-security-policy') ?? ''
      expect(policy.includes('sandbox')).toBe(under.saysSafetyHeaders)
      await answer.arrayBuffer()
    })

    it('brings bytes of our own once, and reads them back, whole and in part', async () => {
      await under.store.putBytes('thumbs/t/1.webp', 'image/webp', Buffer.from('first'))
      await under.store.putBytes('thumbs/t/1.webp', 'image/webp', Buffer.from('second'))
      const text = async (range?: ByteRange) => {
        const stream = await under.store.read('thumbs/t/1.webp', range)
        return Buffer.concat((await stream?.toArray()) ?? []).toString()
      }
      expect(await text()).toBe('first')
      expect(await text({ first: 1, last: 3 })).toBe('irs')
      expect(await under.store.head('thumbs/t/1.webp')).toMatchObject({
        contentType: 'image/webp',
        sha256: sha256(Buffer.from('first')),
      })
    })

    it('serves media of effects by a path of its origin', async () => {
      await under.store.putBytes('effects/e/c.webp', 'image/webp', Buffer.from('cover'))
      const answer = await fetch(
        under.store.origin + (await under.store.publicPath('effects/e/c.webp')),
      )
      expect(answer.headers.get('content-type')).toBe('image/webp')
      expect(await answer.text()).toBe('cover')
    })

    it('stores an empty object', async () => {
      const nothing = new Uint8Array()
      expect(await put(await plan('uploads/a/empty', nothing), nothing)).toBe(200)
      expect((await under.store.head('uploads/a/empty'))?.sizeBytes).toBe(0)
      const answer = await fetch(await get('uploads/a/empty', 'e'))
      expect((await answer.arrayBuffer()).byteLength).toBe(0)
    })

    it('refuses addresses after their time, last of all', async () => {
      const late = await under.lapsed(() => plan('uploads/a/late'))
      expect(await put(late, bytes)).toBe(403)
      expect(await under.store.head('uploads/a/late')).toBeUndefined()
      const answer = await fetch(await under.lapsed(() => get('uploads/a/get', 'late.png')))
      expect(answer.status).toBe(403)
      await answer.arrayBuffer()
    })
  })
}
