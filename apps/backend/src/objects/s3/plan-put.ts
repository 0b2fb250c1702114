import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { limits } from '@bp/contracts/limits'
import type { PutPlan, PutRequest } from '../object-store.ts'

const checksum = 'x-amz-checksum-sha256'

/**
 * Signs a PUT of exactly these bytes: length, type and SHA-256 are among the signed headers, so S3 itself refuses others,
 * and `if-none-match` makes it refuse a key that is taken. The presigner's own choice would be none of this: it moves the
 * checksum into the address, where S3 does not look, and signs no type.
 */
export async function planPut(
  client: S3Client,
  bucket: string,
  { key, sizeBytes, contentType, sha256 }: PutRequest,
  signingDate: Date,
): Promise<PutPlan> {
  const headers = {
    'content-length': String(sizeBytes),
    'content-type': contentType,
    'if-none-match': '*',
    [checksum]: Buffer.from(sha256, 'hex').toString('base64'),
  }
  const command = new PutObjectCommand({
    Bucket: bucket,
    Key: key,
    ContentLength: sizeBytes,
    ContentType: contentType,
    ChecksumSHA256: headers[checksum],
    IfNoneMatch: '*',
  })
  const url = await getSignedUrl(client, command, {
    expiresIn: limits.signedUrlMs / 1000,
    signingDate,
    unhoistableHeaders: new Set([checksum]),
    signableHeaders: new Set(['host', ...Object.keys(headers)]),
  })
  return { method: 'PUT', url, headers }
}
