import sharp from 'sharp'
import { toBytes, type Picture } from './picture.ts'
import { joinPng, splitPng, type PngChunk } from './png-chunks.ts'

/** One frame as PNG, with text chunks before the pixels. */
export async function encodePng(
  image: Picture,
  frame: Float32Array,
  texts: readonly PngChunk[],
  compressionLevel: number,
): Promise<Buffer> {
  const file = await sharp(toBytes(frame), { raw: rawShape(image) })
    .png({ compressionLevel, adaptiveFiltering: true })
    .toBuffer()
  if (texts.length === 0) return file
  const [header, ...rest] = splitPng(file)
  return header === undefined ? file : joinPng([header, ...texts, ...rest])
}

/** A batch as an animated PNG: the frames' own PNG data, put in sequence. */
export async function encodeApng(
  image: Picture,
  frameMs: number,
  compressionLevel: number,
  texts: readonly PngChunk[],
): Promise<Buffer> {
  const chunks: PngChunk[] = []
  let sequence = 0
  for (const [index, frame] of image.frames.entries()) {
    const parts = splitPng(await encodePng(image, frame, [], compressionLevel))
    const header = parts.find(part => part.type === 'IHDR')
    if (index === 0 && header) chunks.push(header, animationControl(image.frames.length))
    chunks.push(frameControl(sequence++, image, frameMs))
    for (const part of parts.filter(({ type }) => type === 'IDAT'))
      chunks.push(
        index === 0 ? part : { type: 'fdAT', data: Buffer.concat([uint32(sequence++), part.data]) },
      )
  }
  return joinPng([...chunks, ...texts, { type: 'IEND', data: Buffer.alloc(0) }])
}

function animationControl(frames: number): PngChunk {
  return { type: 'acTL', data: Buffer.concat([uint32(frames), uint32(0)]) }
}

function frameControl(sequence: number, image: Picture, frameMs: number): PngChunk {
  const delay = Buffer.alloc(4)
  delay.writeUInt16BE(Math.min(65_535, frameMs), 0)
  delay.writeUInt16BE(1000, 2)
  const place = [sequence, image.width, image.height, 0, 0].map(uint32)
  return { type: 'fcTL', data: Buffer.concat([...place, delay, Buffer.alloc(2)]) }
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

/** How an animated WebP is written. */
export interface WebpChoice {
  readonly frameMs: number
  readonly lossless: boolean
  readonly quality: number
  readonly effort: number
  /** EXIF texts by tag name (`Model`, `Make`): where a real engine keeps the graph. */
  readonly exif: Record<string, string>
}

/** A batch as an animated WebP that repeats for ever; a single frame as a still one. */
export async function encodeWebp(image: Picture, choice: WebpChoice): Promise<Buffer> {
  const { frameMs, lossless, quality, effort, exif } = choice
  const count = image.frames.length
  const strip = Buffer.concat(image.frames.map(toBytes))
  const { width, height, channels } = rawShape(image)
  const raw = { width, height: height * count, channels, pageHeight: height }
  const delay = image.frames.map(() => frameMs)
  const webp = { lossless, quality, effort }
  let output = sharp(strip, { raw, limitInputPixels: false })
  if (Object.keys(exif).length > 0) output = output.withExif({ IFD0: exif })
  return output.webp(count > 1 ? { ...webp, delay, loop: 0 } : webp).toBuffer()
}

function rawShape(image: Picture): { width: number; height: number; channels: 1 | 3 | 4 } {
  const channels = image.channels === 4 ? 4 : image.channels === 1 ? 1 : 3
  return { width: image.width, height: image.height, channels }
}
