import { limits } from '@bp/contracts/limits'

export interface Window {
  readonly startsAtMs: number
  /** When addresses that are signed in this window end. */
  readonly expiresAtMs: number
}

/**
 * The window that a moment lies in. Addresses are signed for whole windows of `limits.signedUrlMs`, so that the same file
 * keeps its address and caches hit: two windows at most, one at least, never an address that is about to end.
 */
export function windowOf(nowMs: number): Window {
  const startsAtMs = Math.floor(nowMs / limits.signedUrlMs) * limits.signedUrlMs
  return { startsAtMs, expiresAtMs: startsAtMs + 2 * limits.signedUrlMs }
}
