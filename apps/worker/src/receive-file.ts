/** Bytes on their way to the disk, hashed and counted as they pass. */
import { createHash } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'

export interface ReceivedFile {
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
  /** The first bytes, enough to tell what kind of file it is. */
  readonly head: Uint8Array
}

/** A stream was longer than it may be. What was written stays behind: the caller owns the folder. */
export class FileTooLong extends Error {
  readonly bytesMax: number
  constructor(bytesMax: number) {
    super(`the file is larger than ${bytesMax} bytes`)
    this.name = 'FileTooLong'
    this.bytesMax = bytesMax
  }
}

const headBytes = 64

/** Writes a stream to `path`. Throws `FileTooLong` past `bytesMax`, and what the disk or the sender throws. */
export async function receiveFile(
  from: Readable,
  path: string,
  bytesMax: number,
): Promise<ReceivedFile> {
  const hash = createHash('sha256')
  let sizeBytes = 0
  let head = Buffer.alloc(0)
  await pipeline(
    from,
    async function* counted(source: AsyncIterable<unknown>) {
      for await (const chunk of source) {
        if (!(chunk instanceof Uint8Array)) continue
        sizeBytes += chunk.length
        if (sizeBytes > bytesMax) throw new FileTooLong(bytesMax)
        if (head.length < headBytes)
          head = Buffer.concat([head, chunk.subarray(0, headBytes - head.length)])
        hash.update(chunk)
        yield chunk
      }
    },
    createWriteStream(path),
  )
  return { path, sizeBytes, sha256: hash.digest('hex'), head }
}
