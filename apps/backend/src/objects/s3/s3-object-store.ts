/** The object store of several machines: a bucket of S3, and a CDN before it where there is one. */
import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { setTimeout as wait } from 'node:timers/promises'
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3'
import { disposition } from '../disposition.ts'
import type { ObjectHead, ObjectStore } from '../object-store.ts'
import { openS3Client } from './client.ts'
import { planPut } from './plan-put.ts'
import { answered, hasStatus } from './refusals.ts'
import { signForBucket } from './sign-for-bucket.ts'
import { signForCdn, type CdnKey } from './sign-for-cdn.ts'
import { rememberAddresses } from './sign-get.ts'

export interface S3ObjectStoreOptions {
  readonly bucket: string
  /** Undefined: links lead to the bucket. */
  readonly cdn: CdnKey | undefined
  readonly nowMs: () => number
}

/**
 * Opens the store. One address is signed at once, so that missing credentials or a missing region fail the start and not
 * the first upload. Disposing ends the client's connections.
 */
export async function openS3ObjectStore({
  bucket,
  cdn,
  nowMs,
}: S3ObjectStoreOptions): Promise<ObjectStore & AsyncDisposable> {
  const client = openS3Client()
  const forBucket = signForBucket(client, bucket, nowMs)
  const sign = rememberAddresses(cdn === undefined ? forBucket : signForCdn(cdn, nowMs), nowMs)
  const uploadOrigin = new URL((await answered(forBucket('origin', {}))).url).origin

  return {
    origin: cdn === undefined ? uploadOrigin : `https://${cdn.host}`,
    uploadOrigin,
    planPut: request => answered(planPut(client, bucket, request, new Date(nowMs()))),
    head: key => answered(headOf(client, bucket, key)),
    read: (key, range) =>
      answered(read(client, bucket, key, range && `bytes=${range.first}-${range.last}`)),
    remove: async key => {
      await answered(client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })))
    },
    signedGet: ({ key, name, contentType }) =>
      answered(sign(key, { contentType, disposition: disposition(contentType, name) })),
    publicPath: async key => {
      const { pathname, search } = new URL((await answered(sign(key, {}))).url)
      return pathname + search
    },
    putBytes: (key, contentType, bytes) =>
      answered(putBytes(client, bucket, key, contentType, bytes)),
    [Symbol.asyncDispose]: async () => client.destroy(),
  }
}

async function headOf(
  client: S3Client,
  bucket: string,
  key: string,
): Promise<ObjectHead | undefined> {
  try {
    const found = await client.send(
      new HeadObjectCommand({ Bucket: bucket, Key: key, ChecksumMode: 'ENABLED' }),
    )
    const { ContentLength: sizeBytes, ChecksumSHA256: checksum } = found
    if (sizeBytes === undefined || checksum === undefined)
      throw new Error('an object was not brought by a plan of ours: it has no SHA-256')
    return {
      sizeBytes,
      sha256: Buffer.from(checksum, 'base64').toString('hex'),
      contentType: found.ContentType ?? 'application/octet-stream',
    }
  } catch (thrown) {
    if (hasStatus(thrown, 404)) return undefined
    throw thrown
  }
}

async function read(
  client: S3Client,
  bucket: string,
  key: string,
  range: string | undefined,
): Promise<Readable | undefined> {
  try {
    const { Body: body } = await client.send(
      new GetObjectCommand({ Bucket: bucket, Key: key, Range: range }),
    )
    if (body instanceof Readable) return body
    throw new Error('an object came without a stream')
  } catch (thrown) {
    if (hasStatus(thrown, 404)) return undefined
    // Of an empty object no range can be had; a file on disk reads as nothing, and so does this.
    if (hasStatus(thrown, 416)) return Readable.from([])
    throw thrown
  }
}

/** Two who bring the same key at once: S3 answers 409 to one of them, who looks again this often. */
const conflictsMax = 3
const conflictMs = 200

async function putBytes(
  client: S3Client,
  bucket: string,
  key: string,
  contentType: string,
  bytes: Uint8Array,
): Promise<void> {
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    Body: bytes,
    ContentLength: bytes.byteLength,
    ContentType: contentType,
    ChecksumSHA256: createHash('sha256').update(bytes).digest('base64'),
    IfNoneMatch: '*',
  })
  for (let n = 1; ; n += 1) {
    try {
      await client.send(command)
      return
    } catch (thrown) {
      if (hasStatus(thrown, 412)) return
      if (!hasStatus(thrown, 409) || n === conflictsMax) throw thrown
    }
    await wait(conflictMs)
  }
}
