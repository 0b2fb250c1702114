/** Where files rest when not in the data folder, and how links to them are signed. */
import { hostForm, type EnvReader } from './env-reader.ts'
import { signingKeyIn } from './secrets.ts'

export interface MediaConfig {
  readonly bucket: string
  /** The CDN before the bucket; undefined where links lead to the bucket itself. */
  readonly cdn: CdnConfig | undefined
  /** A CDN stands before the bucket, and nobody has brought the key that signs its links yet. */
  readonly lacksKey: boolean
}

interface CdnConfig {
  readonly host: string
  readonly keyPairId: string
}

/** Amazon S3's own rule for names of buckets. */
const bucketForm = /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/

/**
 * Undefined without a bucket. A CDN counts only with its private key: with a host alone, as a bucket without a CDN has
 * one, links are signed for the bucket.
 */
export function readMedia(read: EnvReader): MediaConfig | undefined {
  const bucket = read.like('BP_MEDIA_BUCKET', bucketForm, 'the name of an S3 bucket')
  const host = read.like('BP_MEDIA_HOST', hostForm, 'a host name without a scheme')
  const given = read.like('BP_MEDIA_KEY_PAIR', /^(none|[A-Z0-9]{10,30})$/, 'the id of a key pair')
  const keyPairId = given === 'none' ? undefined : given
  const isSigned = signingKeyIn(read.text('BP_MEDIA_PRIVATE_KEY')) !== undefined
  if (isSigned && (bucket === undefined || host === undefined || keyPairId === undefined))
    read.faults.push(
      'BP_MEDIA_PRIVATE_KEY is set, but not all of BP_MEDIA_BUCKET, BP_MEDIA_HOST and BP_MEDIA_KEY_PAIR.',
    )
  if (bucket === undefined) return undefined
  const cdn = host !== undefined && keyPairId !== undefined ? { host, keyPairId } : undefined
  return { bucket, cdn: isSigned ? cdn : undefined, lacksKey: cdn !== undefined && !isSigned }
}

export const readModelsBucket = (read: EnvReader): string | undefined =>
  read.like('BP_MODELS_BUCKET', bucketForm, 'the name of an S3 bucket')
