/**
 * What a file is by its first bytes, and how large a picture says it is: judged before anything decodes it, so a
 * bomb of a few kilobytes costs a few kilobytes. What callers announce is only a wish.
 */
export interface Sniffed {
  readonly contentType: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/gif'
  /** Undefined when the header lies beyond the bytes looked at; the decoder's own limit decides then. */
  readonly width: number | undefined
  readonly height: number | undefined
}

/** Bytes from the start that `sniff` wants to see. */
export const sniffBytes = 65_536

/** The picture that these bytes begin, or in words what they are instead. */
export function sniff(head: Uint8Array): Sniffed | { readonly refused: string } {
  const bytes = Buffer.from(head.buffer, head.byteOffset, head.byteLength)
  if (bytes.byteLength === 0) return { refused: 'it is empty' }
  if (bytes.subarray(0, 8).equals(pngMagic)) return png(bytes)
  if (bytes.subarray(0, 3).equals(jpegMagic)) return jpeg(bytes)
  const first = bytes.toString('latin1', 0, 6)
  if (first === 'GIF87a' || first === 'GIF89a') return gif(bytes)
  if (first.startsWith('RIFF') && bytes.toString('latin1', 8, 12) === 'WEBP') return webp(bytes)
  return { refused: refusalOf(bytes) }
}

const pngMagic = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
const jpegMagic = Buffer.from([0xff, 0xd8, 0xff])

function png(bytes: Buffer): Sniffed | { readonly refused: string } {
  if (bytes.byteLength < 24 || bytes.toString('latin1', 12, 16) !== 'IHDR')
    return { refused: 'its header is cut off' }
  return { contentType: 'image/png', width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
}

function gif(bytes: Buffer): Sniffed | { readonly refused: string } {
  if (bytes.byteLength < 13) return { refused: 'its header is cut off' }
  return { contentType: 'image/gif', width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8) }
}

function webp(bytes: Buffer): Sniffed | { readonly refused: string } {
  if (bytes.byteLength < 30) return { refused: 'its header is cut off' }
  const contentType = 'image/webp'
  switch (bytes.toString('latin1', 12, 16)) {
    case 'VP8X':
      return {
        contentType,
        width: 1 + bytes.readUIntLE(24, 3),
        height: 1 + bytes.readUIntLE(27, 3),
      }
    case 'VP8L': {
      const packed = bytes.readUInt32LE(21)
      return { contentType, width: 1 + (packed & 0x3fff), height: 1 + ((packed >> 14) & 0x3fff) }
    }
    case 'VP8 ':
      return {
        contentType,
        width: bytes.readUInt16LE(26) & 0x3fff,
        height: bytes.readUInt16LE(28) & 0x3fff,
      }
    default:
      return { refused: 'its header is not valid' }
  }
}

/** Walks the segments to the frame header. Bounded by the bytes looked at. */
function jpeg(bytes: Buffer): Sniffed {
  const contentType = 'image/jpeg'
  let at = 2
  while (at + 9 < bytes.byteLength && bytes[at] === 0xff) {
    const marker = bytes.readUInt8(at + 1)
    if (marker === 0xff) {
      at++
      continue
    }
    // SOF0 … SOF15, without the tables (C4, C8, CC) that stand between them.
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      return { contentType, height: bytes.readUInt16BE(at + 5), width: bytes.readUInt16BE(at + 7) }
    at += 2 + bytes.readUInt16BE(at + 2)
  }
  return { contentType, width: undefined, height: undefined }
}

function refusalOf(bytes: Buffer): string {
  const start = bytes.toString('latin1', 0, 512).trimStart().toLowerCase()
  if (/^(<\?xml[^>]*>\s*)?(<!--[^]*?-->\s*)*(<!doctype svg[^>]*>\s*)?<svg/.test(start))
    return 'it is an SVG, which is a program and no picture here'
  if (/^<(!doctype|html|head|body|script|\?xml)/.test(start)) return 'it is a page'
  if (start.startsWith('%pdf')) return 'it is a PDF'
  if (start.startsWith('pk')) return 'it is an archive'
  if (bytes.toString('latin1', 4, 8) === 'ftyp') return 'it is a video or a HEIF picture'
  return 'it is none of PNG, JPEG, WebP, GIF'
}
