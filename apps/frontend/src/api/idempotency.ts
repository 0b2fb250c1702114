/**
 * A fresh Idempotency-Key: 128 random bits as hex. Not `randomUUID`: a page on plain http has none.
 */
export function newIdempotencyKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16))
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}
