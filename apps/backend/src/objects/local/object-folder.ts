/**
 * Objects on disk: `<folder>/<2 hex>/<sha256 of the key>/{body,meta.json}`.
 * The hash of the key is the path, so a key can never name a place outside, whatever it holds.
 * An object appears by the rename of its whole directory: body and meta together, or nothing.
 */
import { createHash, randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rename, rm, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { problem } from '@bp/contracts/errors'
import { isObjectKey, type ByteRange, type ObjectHead, type PutRequest } from '../object-store.ts'

export interface ObjectFolder {
  head(key: string): Promise<ObjectHead | undefined>
  read(key: string, range?: ByteRange): Readable
  remove(key: string): Promise<void>
  /**
   * Stores a body while it streams in. 'exists' when the key is taken.
   * Throws `upload_incomplete` for a cut body, `hash_mismatch` for other bytes, `unavailable` for a full disk;
   * nothing is left of a body that did not make it.
   */
  store(request: PutRequest, body: AsyncIterable<Uint8Array>): Promise<'stored' | 'exists'>
}

const incoming = '.incoming'

const hasCode = (thrown: unknown, ...codes: readonly string[]): boolean =>
  thrown instanceof Error && 'code' in thrown && codes.some(code => thrown.code === code)

/** Opens the folder; what an earlier process left half written is removed. */
export async function openObjectFolder(folder: string): Promise<ObjectFolder> {
  await rm(join(folder, incoming), { recursive: true, force: true })
  await mkdir(join(folder, incoming), { recursive: true, mode: 0o700 })

  const placeOf = (key: string): string => {
    if (!isObjectKey(key)) throw new Error('an object key holds characters that keys may not have')
    const hash = createHash('sha256').update(key).digest('hex')
    return join(folder, hash.slice(0, 2), hash)
  }

  const head = async (key: string): Promise<ObjectHead | undefined> => {
    try {
      return readMeta(await readFile(join(placeOf(key), 'meta.json'), 'utf8'))
    } catch (thrown) {
      if (hasCode(thrown, 'ENOENT')) return undefined
      throw thrown
    }
  }

  return {
    head,
    read: (key, range) =>
      createReadStream(
        join(placeOf(key), 'body'),
        range === undefined ? {} : { start: range.first, end: range.last },
      ),
    remove: async key => {
      // Out of sight first: a reader must not find meta without a body.
      const gone = join(folder, incoming, randomUUID())
      try {
        await rename(placeOf(key), gone)
      } catch (thrown) {
        if (hasCode(thrown, 'ENOENT')) return
        throw thrown
      }
      await rm(gone, { recursive: true, force: true })
    },
    store: async (request, body) => {
      const place = placeOf(request.key)
      if ((await head(request.key)) !== undefined) return 'exists'
      const draft = join(folder, incoming, randomUUID())
      await mkdir(draft, { mode: 0o700 })
      try {
        await writeBody(join(draft, 'body'), request, body)
        await writeDurably(join(draft, 'meta.json'), JSON.stringify(metaOf(request)))
        await syncFolder(draft)
        const shelf = join(place, '..')
        await mkdir(shelf, { recursive: true, mode: 0o700 })
        await rename(draft, place)
        await syncFolder(shelf)
        return 'stored'
      } catch (thrown) {
        await rm(draft, { recursive: true, force: true })
        if (hasCode(thrown, 'ENOTEMPTY', 'EEXIST')) return 'exists'
        if (hasCode(thrown, 'ENOSPC', 'EDQUOT'))
          throw problem('unavailable', { reason: 'the disk is full' }, { cause: thrown })
        throw thrown
      }
    },
  }
}

async function writeBody(
  path: string,
  request: PutRequest,
  body: AsyncIterable<Uint8Array>,
): Promise<void> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  const file = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of body) {
      sizeBytes += chunk.byteLength
      if (sizeBytes > request.sizeBytes) break
      hash.update(chunk)
      await writeAll(file, chunk)
    }
    if (sizeBytes < request.sizeBytes)
      throw problem('upload_incomplete', {
        reason: `${sizeBytes} of ${request.sizeBytes} bytes came`,
      })
    if (sizeBytes > request.sizeBytes)
      throw problem('hash_mismatch', { reason: `more than ${request.sizeBytes} bytes came` })
    if (hash.digest('hex') !== request.sha256)
      throw problem('hash_mismatch', { reason: 'their SHA-256 is another' })
    await file.sync()
  } finally {
    await file.close()
  }
}

async function writeAll(file: FileHandle, chunk: Uint8Array): Promise<void> {
  let done = 0
  while (done < chunk.byteLength) {
    const { bytesWritten } = await file.write(chunk, done, chunk.byteLength - done)
    done += bytesWritten
  }
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** A rename is durable only once its folder is. */
async function syncFolder(path: string): Promise<void> {
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const metaOf = (request: PutRequest): Readonly<Record<string, string | number>> => ({
  key: request.key,
  size_bytes: request.sizeBytes,
  sha256: request.sha256,
  content_type: request.contentType,
})

function readMeta(text: string): ObjectHead {
  const meta: unknown = JSON.parse(text)
  if (
    typeof meta === 'object' &&
    meta !== null &&
    'size_bytes' in meta &&
    typeof meta.size_bytes === 'number' &&
    'sha256' in meta &&
    typeof meta.sha256 === 'string' &&
    'content_type' in meta &&
    typeof meta.content_type === 'string'
  )
    return { sizeBytes: meta.size_bytes, sha256: meta.sha256, contentType: meta.content_type }
  throw new Error('the meta file of an object cannot be read')
}
