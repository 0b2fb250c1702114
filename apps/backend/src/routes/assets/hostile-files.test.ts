import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { request as httpRequest } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Asset, UploadAnswer, UploadPlan } from '@bp/contracts/shapes/assets'
import type { ProblemBody } from '@bp/contracts/shapes/wire'
import { openMedia } from '../../media/media.ts'
import {
  announcement,
  openTestBackend,
  picture,
  putBytes,
  type TestBackend,
} from '../../testing/test-backend.ts'

/** A GIF of one grey pixel a frame on a canvas of this size: a few bytes for each frame of it. */
function gifOf(width: number, height: number, frames: number): Buffer {
  const size = (value: number) => [value & 0xff, value >> 8]
  const head = [...Buffer.from('GIF89a'), ...size(width), ...size(height), 0x80, 0, 0]
  const colours = [0x55, 0x55, 0x55, 0xaa, 0xaa, 0xaa]
  const frame = [0x2c, 0, 0, 0, 0, 1, 0, 1, 0, 0, 2, 2, 0x44, 1, 0]
  return Buffer.from([
    ...head,
    ...colours,
    ...Array.from({ length: frames }, () => frame).flat(),
    0x3b,
  ])
}

/** A sound PNG of black pixels, without making them: 1 bit each. */
function pngOf(width: number, height: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const ends = Buffer.alloc(8)
    ends.writeUInt32BE(data.byteLength, 0)
    ends.writeUInt32BE(crc32(body), 4)
    return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([1, 0, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * height))),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Bytes that no two runs of a test share and no compression shrinks. */
async function noise(format: 'jpeg' | 'png' | 'webp', seed: number): Promise<Buffer> {
  let state = seed
  const next = (): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648)
  const raw = Buffer.from(Array.from({ length: 120_000 }, () => next() >> 16))
  return sharp(raw, { raw: { width: 200, height: 200, channels: 3 } })
    .toFormat(format)
    .toBuffer()
}

describe('hostile files, the whole way', () => {
  let test: TestBackend
  beforeAll(async () => {
    test = await openTestBackend()
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const announce = async (
    bytes: Uint8Array,
    { type = 'image/png', name = 'photo.png', ...more }: Readonly<Record<string, string>> = {},
  ): Promise<UploadPlan> => {
    const { status, body } = await test.call<UploadAnswer & ProblemBody>(
      'POST',
      '/api/v1/uploads',
      {
        as: test.owner,
        body: { ...announcement(bytes, type, name), ...more },
      },
    )
    if (body.upload === null || status !== 201) throw new Error(JSON.stringify(body))
    return body.upload
  }
  const complete = (upload: UploadPlan) =>
    test.call<Asset & ProblemBody>('POST', `/api/v1/uploads/${upload.id}/complete`, {
      as: test.owner,
      body: {},
    })
  const put = async (upload: UploadPlan, bytes: Uint8Array): Promise<number> => {
    const [part] = upload.parts
    if (part === undefined) throw new Error('the plan has no part')
    return putBytes(part, bytes)
  }
  /** Announces, brings and completes. */
  const bring = async (bytes: Uint8Array, more?: Parameters<typeof announce>[1]) => {
    const upload = await announce(bytes, more)
    expect(await put(upload, bytes)).toBe(200)
    return complete(upload)
  }
  /** What lies in the object store of uploads, drafts included. */
  const stored = async (): Promise<readonly string[]> => {
    const objects = join(test.folder, 'data', 'objects')
    const all = await readdir(objects, { recursive: true, withFileTypes: true })
    return all
      .filter(entry => entry.isFile() && !entry.parentPath.includes('effects'))
      .map(entry => join(entry.parentPath, entry.name))
      .toSorted()
  }

  it('stores a PNG that is named .jpg as what it is', async () => {
    const done = await bring(await picture('#112233'), { type: 'image/jpeg', name: 'cat.jpg' })
    expect(done).toMatchObject({
      status: 200,
      body: { content_type: 'image/png', name: 'cat.jpg', width: 32, height: 24 },
    })
    const served = await fetch(done.body.url)
    await served.arrayBuffer()
    expect(served.headers.get('content-type')).toBe('image/png')
  })

  it.each([
    ['an SVG', async () => Buffer.from('<svg onload="alert(1)"/>'), /SVG/],
    ['a page', async () => Buffer.from('<html><script>alert(1)</script>'), /page/],
    ['a PNG that is cut', async () => (await noise('png', 3)).subarray(0, -400), /damaged/],
    ['a JPEG that is cut', async () => (await noise('jpeg', 5)).subarray(0, -4_000), /damaged/],
    ['a WebP that is cut', async () => (await noise('webp', 7)).subarray(0, -4_000), /damaged/],
    ['a PNG of 400 million pixels', async () => pngOf(20_000, 20_000), /20000 × 20000/],
    ['a GIF of one too large frame', async () => gifOf(60_000, 60_000, 1), /60000 × 60000/],
    [
      'a GIF of too many frames for its size',
      async () => gifOf(2_000, 2_000, 40),
      /too many pixels/,
    ],
    ['a page behind the head of a GIF', async () => Buffer.from('GIF89a<script>1</script>'), /./],
  ])('refuses %s, and nothing of it is left', async (_, make, why) => {
    const before = await stored()
    const refused = await bring(await make())
    expect(refused.body).toMatchObject({ status: 422, code: 'type_refused' })
    expect(refused.body.detail).toMatch(why)
    expect(await stored()).toEqual(before)
  })

  it('takes an animation that is within the bounds', async () => {
    expect((await bring(gifOf(200, 200, 40))).body).toMatchObject({
      content_type: 'image/gif',
      width: 200,
      height: 200,
    })
  })

  it('refuses nothing at all where bytes were announced, and more or fewer or other ones', async () => {
    const bytes = await noise('png', 11)
    const before = await stored()
    const upload = await announce(bytes)
    const other = Buffer.from(bytes)
    other.writeUInt8(other.readUInt8(500) ^ 1, 500)
    // The length is signed, so another one is refused before a byte is read.
    for (const wrong of [
      Buffer.alloc(0),
      bytes.subarray(0, -1),
      Buffer.concat([bytes, bytes.subarray(0, 1)]),
      other,
    ])
      expect(await put(upload, wrong)).toBeGreaterThanOrEqual(400)
    expect((await complete(upload)).body.code).toBe('upload_incomplete')
    expect(await stored()).toEqual(before)
    // None of it has spoiled the plan.
    expect(await put(upload, bytes)).toBe(200)
    expect((await complete(upload)).status).toBe(200)
  })

  it('refuses at the plan what has no bytes, and a hash that is none', async () => {
    const plan = (more: object) =>
      test.call<ProblemBody>('POST', '/api/v1/uploads', {
        as: test.owner,
        body: { ...announcement(Buffer.from('x'), 'image/png', 'x.png'), ...more },
      })
    expect((await plan({ size_bytes: 0 })).body.code).toBe('type_refused')
    expect((await plan({ sha256: 'zz' })).body.code).toBe('validation_failed')
    expect((await plan({ size_bytes: -1 })).body.code).toBe('validation_failed')
  })

  it('keeps nothing of an upload that was cut in the middle, which can then be repeated', async () => {
    const bytes = await noise('png', 13)
    const before = await stored()
    const upload = await announce(bytes)
    const [part] = upload.parts
    const cut = httpRequest(part?.url ?? '', { method: 'PUT', headers: part?.headers ?? {} })
    cut.on('error', () => undefined)
    cut.write(bytes.subarray(0, 5_000))
    await expect.poll(async () => (await stored()).length).toBe(before.length + 1)
    cut.destroy()
    await expect.poll(stored).toEqual(before)
    expect((await complete(upload)).body.code).toBe('upload_incomplete')
    expect((await announce(bytes)).id).toBe(upload.id)
    expect(await put(upload, bytes)).toBe(200)
    expect((await complete(upload)).status).toBe(200)
  })

  it('asks to try again when the decoder was killed meanwhile, and then takes the file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bp-decoder-'))
    const pidFile = join(folder, 'pid')
    const childPath = join(folder, 'child.mjs')
    const real = new URL('../../media/decode-child.ts', import.meta.url).href
    await writeFile(
      childPath,
      // The first one stands still with the picture in its hands.
      `import { existsSync, writeFileSync } from 'node:fs'
       await import(${JSON.stringify(real)})
       process.prependListener('message', () => {
         if (existsSync(${JSON.stringify(pidFile)})) return
         writeFileSync(${JSON.stringify(pidFile)}, String(process.pid))
         process.kill(process.pid, 'SIGSTOP')
       })`,
    )
    const { context } = test.backend
    const before = context.media
    await using media = openMedia({ log: context.log, childPath })
    Object.assign(context, { media })
    try {
      const bytes = await noise('png', 17)
      const upload = await announce(bytes)
      expect(await put(upload, bytes)).toBe(200)
      const completing = complete(upload)
      const pidOf = () => readFile(pidFile, 'utf8').catch(() => '')
      await expect.poll(pidOf, { timeout: 10_000 }).toMatch(/^\d+$/)
      process.kill(Number(await pidOf()), 'SIGKILL')
      const first = await completing
      expect(first.body).toMatchObject({ status: 503, code: 'unavailable', retryable: true })
      expect(Number(first.headers.get('retry-after'))).toBeGreaterThan(0)
      const second = await complete(upload)
      expect(second).toMatchObject({ status: 200, body: { width: 200, height: 200 } })
    } finally {
      Object.assign(context, { media: before })
      await rm(folder, { recursive: true })
    }
  })
})
