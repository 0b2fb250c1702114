/** HMAC-SHA256 over everything that an address allows: method, key, name, expiry, and the headers that must come along. */
import { createHmac, timingSafeEqual } from 'node:crypto'

export interface SignedFacts {
  readonly method: 'GET' | 'PUT'
  readonly key: string
  /** Name to save under; empty for a PUT. */
  readonly name: string
  readonly expiresAtMs: number
  readonly headers: Readonly<Record<string, string>>
}

/** Headers that a PUT must carry, exactly as signed. */
export const signedPutHeaders = [
  'content-length',
  'content-type',
  'if-none-match',
  'x-amz-checksum-sha256',
] as const

/** The signature of these facts, base64url. JSON keeps the parts apart, whatever characters they hold. */
export function signFacts(secret: Uint8Array, facts: SignedFacts): string {
  const headers = Object.entries(facts.headers).toSorted(([a], [b]) => (a < b ? -1 : 1))
  const text = JSON.stringify([facts.method, facts.key, facts.name, facts.expiresAtMs, headers])
  return createHmac('sha256', secret).update(text).digest('base64url')
}

/** Compares in constant time; a signature of another length is simply wrong. */
export function signatureFits(secret: Uint8Array, facts: SignedFacts, signature: string): boolean {
  const wanted = Buffer.from(signFacts(secret, facts))
  const given = Buffer.from(signature)
  return wanted.length === given.length && timingSafeEqual(wanted, given)
}
