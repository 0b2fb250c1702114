/** Addresses that lead to the bucket itself. */
import { GetObjectCommand, type S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { limits } from '@bp/contracts/limits'
import type { SignedAddress } from '../object-store.ts'
import { windowOf } from '../windows.ts'
import type { Answer, SignGet } from './sign-get.ts'

/** Credentials that end sooner are asked for anew: an address ends with those that signed it. */
const credentialsMsMin = 2 * limits.signedUrlMs
/** How often at most they are asked for anew, for a source that has no better ones. */
const askAgainMs = 60_000

export function signForBucket(client: S3Client, bucket: string, nowMs: () => number): SignGet {
  let askedAtMs = Number.NEGATIVE_INFINITY
  const credentialsEndMs = async (): Promise<number> => {
    const known = await client.config.credentials()
    const endsMs = known.expiration?.getTime() ?? Number.POSITIVE_INFINITY
    if (endsMs - nowMs() >= credentialsMsMin || nowMs() - askedAtMs < askAgainMs) return endsMs
    askedAtMs = nowMs()
    const fresh = await client.config.credentials({ forceRefresh: true })
    return fresh.expiration?.getTime() ?? Number.POSITIVE_INFINITY
  }
  return async (key: string, answer: Answer): Promise<SignedAddress> => {
    const { startsAtMs, expiresAtMs } = windowOf(nowMs())
    const endMs = await credentialsEndMs()
    const command = new GetObjectCommand({
      Bucket: bucket,
      Key: key,
      ResponseCacheControl: `private, max-age=${limits.signedUrlMs / 1000}`,
      ResponseContentType: answer.contentType,
      ResponseContentDisposition: answer.disposition,
    })
    const url = await getSignedUrl(client, command, {
      // As if signed when the window began: the same file has the same address until it ends.
      signingDate: new Date(startsAtMs),
      expiresIn: (expiresAtMs - startsAtMs) / 1000,
    })
    return { url, expiresAtMs: Math.min(expiresAtMs, endMs) }
  }
}
