import { crc32 } from 'node:zlib'

const SIGNATURE_BYTES = 8

/** One chunk of a PNG file: its four-letter type and its content. */
export interface PngChunk {
  readonly type: string
  readonly data: Buffer
}

/** Splits a PNG file into its chunks. The file is one of ours: nothing is checked. */
export function splitPng(file: Buffer): readonly PngChunk[] {
  const chunks: PngChunk[] = []
  let at = SIGNATURE_BYTES
  while (at + 12 <= file.length) {
    const length = file.readUInt32BE(at)
    chunks.push({
      type: file.toString('latin1', at + 4, at + 8),
      data: file.subarray(at + 8, at + 8 + length),
    })
    at += 12 + length
  }
  return chunks
}

/** Writes chunks as a PNG file. */
export function joinPng(chunks: readonly PngChunk[]): Buffer {
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  return Buffer.concat([signature, ...chunks.map(writeChunk)])
}

function writeChunk({ type, data }: PngChunk): Buffer {
  const chunk = Buffer.allocUnsafe(12 + data.length)
  chunk.writeUInt32BE(data.length, 0)
  chunk.write(type, 4, 'latin1')
  data.copy(chunk, 8)
  chunk.writeUInt32BE(crc32(chunk.subarray(4, 8 + data.length)), 8 + data.length)
  return chunk
}

/** A text chunk. Texts are ASCII JSON, so the oldest kind of text chunk holds them. */
export function textChunk(keyword: string, text: string): PngChunk {
  return { type: 'tEXt', data: Buffer.from(`${keyword}\0${text}`, 'latin1') }
}

/** JSON in ASCII only, as Python's `json.dumps` writes it. */
export function asciiJson(value: unknown): string {
  return (JSON.stringify(value) ?? 'null').replaceAll(
    /[\u0080-\uffff]/g,
    unit => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
