import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import sharp from 'sharp'
import { afterAll, describe, expect, it } from 'vitest'
import { openMedia } from './media.ts'
import { sniff } from './sniff.ts'

const log = { debug: none, info: none, warn: none, error: none }
function none(): void {}

/** A PNG whose header may say whatever it likes; the pixels are zeros. */
function pngOf(width: number, height: number, rows: number): Buffer {
  const chunk = (type: string, data: Buffer): Buffer => {
    const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
    const out = Buffer.alloc(body.byteLength + 8)
    out.writeUInt32BE(data.byteLength, 0)
    body.copy(out, 4)
    out.writeUInt32BE(crc32(body), body.byteLength + 4)
    return out
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([1, 0, 0, 0, 0], 8)
  const pixels = deflateSync(Buffer.alloc((Math.ceil(width / 8) + 1) * rows))
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('IDAT', pixels),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
const picture = (width: number, height: number) =>
  sharp({ create: { width, height, channels: 3, background: '#357' } })

describe('looking at pictures from outside', () => {
  const media = openMedia({ log })
  afterAll(() => media[Symbol.asyncDispose]())
  const refusal = (reason: RegExp) =>
    expect.objectContaining({ code: 'type_refused', message: expect.stringMatching(reason) })

  it('tells type and size of each format by its header', async () => {
    const made = picture(33, 21)
    expect(sniff(await made.png().toBuffer())).toEqual({
      contentType: 'image/png',
      width: 33,
      height: 21,
    })
    expect(sniff(await made.jpeg().toBuffer())).toMatchObject({ width: 33, height: 21 })
    expect(sniff(await made.gif().toBuffer())).toMatchObject({ width: 33, height: 21 })
    expect(sniff(await made.webp().toBuffer())).toMatchObject({ width: 33, height: 21 })
    expect(sniff(await made.webp({ lossless: true }).toBuffer())).toMatchObject({
      width: 33,
      height: 21,
    })
  })

  it.each([
    ['an empty file', Buffer.alloc(0), /empty/],
    ['an SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), /SVG/],
    ['an SVG behind a prolog', Buffer.from('<?xml version="1.0"?>\n<!-- x --><svg/>'), /SVG/],
    ['a page', Buffer.from('<!DOCTYPE html><script>1</script>'), /page/],
    ['a PDF', Buffer.from('%PDF-1.7'), /PDF/],
    ['a text', Buffer.from('hello'), /none of/],
    ['a bomb: 30,000 × 30,000 pixels in a few kilobytes', pngOf(30_000, 30_000, 8), /pixels/],
    ['a picture of no pixels', pngOf(0, 5, 1), /no pixels/],
    ['a header that is cut', pngOf(5, 5, 5).subarray(0, 20), /cut off/],
  ])('refuses %s', (_, bytes, reason) => {
    expect(() => media.inspectHead(bytes)).toThrow(refusal(reason))
  })

  it('decodes a picture whole and makes thumbnails that are never enlarged', async () => {
    const decoded = await media.decode(await picture(300, 150).jpeg().toBuffer(), [256, 640])
    expect(decoded).toMatchObject({ width: 300, height: 150, frames: 1 })
    const widths = await Promise.all(
      decoded.thumbnails.map(async made => (await sharp(made.bytes).metadata()).width),
    )
    expect(widths).toEqual([256, 300])
  })

  it('shows a turned photo as it is looked at', async () => {
    const turned = await picture(40, 20).withMetadata({ orientation: 6 }).jpeg().toBuffer()
    expect(await media.decode(turned, [])).toMatchObject({ width: 20, height: 40 })
  })

  it.each(['png', 'jpeg', 'webp'] as const)('refuses a %s that is cut off', async format => {
    const noise = Buffer.from(Array.from({ length: 200 * 200 * 3 }, (_, n) => (n * 7919) % 251))
    const whole = await sharp(noise, { raw: { width: 200, height: 200, channels: 3 } })
      .toFormat(format)
      .toBuffer()
    const cut = whole.subarray(0, Math.floor(whole.byteLength / 2))
    await expect(media.decode(cut, [256])).rejects.toThrow(refusal(/damaged/))
  })

  it('counts the pixels of all frames of an animation', async () => {
    const frames = await sharp({
      create: { width: 4, height: 12, channels: 3, background: '#000' },
    })
      .raw()
      .toBuffer()
    const gif = await sharp(frames, { raw: { width: 4, height: 12, channels: 3, pageHeight: 4 } })
      .gif()
      .toBuffer()
    expect(await media.decode(gif, [256])).toMatchObject({ width: 4, height: 4 })
  })

  it('goes on with a new child after one was crashed by a picture, or hung', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bp-media-'))
    const childPath = join(folder, 'child.mjs')
    await writeFile(
      childPath,
      `process.on('message', ({ n, bytes }) => {
         if (bytes[0] === 1) process.abort()
         if (bytes[0] === 2) for (;;);
         if (bytes[0] === 4) process.kill(process.pid, 'SIGKILL')
         process.send({ n, width: 1, height: 1, frames: 1, thumbnails: [] })
       })`,
    )
    const fragile = openMedia({ log, childPath, decodeMsMax: 500 })
    try {
      const all = await Promise.allSettled(
        [1, 3, 2, 3].map(kind => fragile.decode(Buffer.from([kind]), [])),
      )
      expect(all.map(one => one.status)).toEqual(['rejected', 'fulfilled', 'rejected', 'fulfilled'])
      // Its own crash or hang is the picture's fault; a kill from outside (no memory, say) is nobody's.
      for (const one of [all[0], all[2]])
        expect(one).toMatchObject({ reason: { code: 'type_refused' } })
      const killed = { code: 'unavailable', retryAfterS: 2 }
      await expect(fragile.decode(Buffer.from([4]), [])).rejects.toMatchObject(killed)
      expect(await fragile.decode(Buffer.from([3]), [])).toMatchObject({ width: 1 })
    } finally {
      await fragile[Symbol.asyncDispose]()
      await rm(folder, { recursive: true })
    }
  })
})
