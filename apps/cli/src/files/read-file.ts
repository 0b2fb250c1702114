import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { limits } from '@bp/contracts/limits'
import { Refusal } from '../refusal.ts'

/** A file in memory, ready to be brought. */
export interface LocalFile {
  readonly name: string
  readonly bytes: Uint8Array<ArrayBuffer>
  readonly sizeBytes: number
  readonly sha256: string
  readonly contentType: string
}

/** Reads a file to upload. Refuses what is not there, no file, empty or above the limit, before reading it. */
export async function readLocalFile(folder: string, path: string): Promise<LocalFile> {
  const place = resolve(folder, path)
  const facts = await stat(place).catch(() => undefined)
  if (facts === undefined)
    throw new Refusal('file_missing', 'notFound', `There is no file ${path}.`, {
      reason: `Looked for ${place}.`,
    })
  if (!facts.isFile()) throw new Refusal('file_missing', 'usage', `${path} is no file.`)
  if (facts.size === 0) throw new Refusal('type_refused', 'refused', `${path} is empty.`)
  if (facts.size > limits.uploadBytesMax)
    throw new Refusal(
      'file_too_large',
      'refused',
      `${path} has ${facts.size} bytes; ${limits.uploadBytesMax} are allowed.`,
    )
  return describeFile(basename(place), new Uint8Array(await readFile(place)))
}

/** Names the type of bytes by what they begin with: an extension can lie. */
export function describeFile(name: string, bytes: Uint8Array<ArrayBuffer>): LocalFile {
  return {
    name,
    bytes,
    sizeBytes: bytes.byteLength,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    contentType: contentTypeOf(bytes),
  }
}

function contentTypeOf(bytes: Uint8Array): string {
  const begin = Buffer.from(bytes.subarray(0, 16)).toString('latin1')
  if (begin.startsWith('\u0089PNG\r\n\u001a\n')) return 'image/png'
  if (begin.startsWith('\u00ff\u00d8\u00ff')) return 'image/jpeg'
  if (/^GIF8[79]a/.test(begin)) return 'image/gif'
  if (/^RIFF[\s\S]{4}WEBP/.test(begin)) return 'image/webp'
  return 'application/octet-stream'
}
