import { createHash, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { link, mkdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Refusal } from '../refusal.ts'

/** Names tried for one file before giving up: `a.png`, `a-2.png` … */
const namesMax = 1_000

export interface FileToSave {
  readonly url: string
  readonly name: string
  /** Checked after the last byte; null when it is not known. */
  readonly sha256: string | null
}

/**
 * Saves a file from an address into a folder and answers its path. Nothing there is overwritten, and a broken
 * download leaves nothing behind.
 */
export async function saveFile(
  file: FileToSave,
  folder: string,
  signal: AbortSignal,
): Promise<string> {
  await mkdir(folder, { recursive: true })
  const response = await fetch(file.url, { signal })
  if (!response.ok || response.body === null)
    throw new Refusal('download_failed', 'failure', `${file.name} could not be fetched.`, {
      reason: `The file store answered ${response.status}.`,
    })
  const part = join(folder, `.${randomUUID()}.part`)
  try {
    const hash = createHash('sha256')
    await pipeline(
      Readable.fromWeb(response.body),
      async function* (pieces: AsyncIterable<Uint8Array>) {
        for await (const piece of pieces) {
          hash.update(piece)
          yield piece
        }
      },
      createWriteStream(part),
      { signal },
    )
    if (file.sha256 !== null && hash.digest('hex') !== file.sha256)
      throw new Refusal('hash_mismatch', 'failure', `${file.name} arrived damaged.`)
    return await moveToFreeName(part, folder, safeName(file.name))
  } finally {
    await rm(part, { force: true })
  }
}

async function moveToFreeName(part: string, folder: string, name: string): Promise<string> {
  const dot = name.lastIndexOf('.')
  const [stem, extension] = dot > 0 ? [name.slice(0, dot), name.slice(dot)] : [name, '']
  for (let n = 1; n <= namesMax; n++) {
    const place = join(folder, n === 1 ? name : `${stem}-${n}${extension}`)
    try {
      await link(part, place) // fails where a file is, unlike rename
      return place
    } catch (error) {
      if (isCode(error, 'EEXIST')) continue
      if (!isCode(error, 'EPERM') && !isCode(error, 'ENOTSUP')) throw error
      await rename(part, place) // a file system without links
      return place
    }
  }
  throw new Refusal('folder_full', 'refused', `${folder} holds too many files named ${name}.`)
}

/** A name that came over the wire, fit for this folder: no path, no hidden file, no control characters. */
function safeName(name: string): string {
  const letters = name.replaceAll(/[^\p{L}\p{N}._ -]+/gu, '_').replace(/^[. ]+/, '')
  return letters.slice(0, 120) || 'output'
}

const isCode = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code
