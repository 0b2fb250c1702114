/** Addresses that lead to the CDN before the bucket. */
import { getSignedUrl } from '@aws-sdk/cloudfront-signer'
import { limits } from '@bp/contracts/limits'
import { windowOf } from '../windows.ts'
import type { SignGet } from './sign-get.ts'

export interface CdnKey {
  readonly host: string
  readonly keyPairId: string
  /** PEM of an ECDSA P-256 key: ten times faster to sign with than RSA. */
  readonly privateKey: string
}

/**
 * Signs for the CDN. What the answer is to say stands in the address, because the CDN hands these parameters on to S3 and
 * caches by them; the signature covers them.
 */
export function signForCdn(cdn: CdnKey, nowMs: () => number): SignGet {
  return async (key, answer) => {
    const { expiresAtMs } = windowOf(nowMs())
    const query = new URLSearchParams({
      'response-cache-control': `max-age=${limits.signedUrlMs / 1000}`,
      ...(answer.disposition === undefined
        ? {}
        : { 'response-content-disposition': answer.disposition }),
      ...(answer.contentType === undefined ? {} : { 'response-content-type': answer.contentType }),
    })
    // %20, not +: a plus is a plus to S3.
    const words = query.toString().replaceAll('+', '%20')
    const url = getSignedUrl({
      url: `https://${cdn.host}/${key.split('/').map(encodeURIComponent).join('/')}?${words}`,
      keyPairId: cdn.keyPairId,
      privateKey: cdn.privateKey,
      dateLessThan: expiresAtMs,
      algorithm: 'SHA256',
    })
    return { url, expiresAtMs }
  }
}
