/** Cursors: where a page ended, tied to the filters it was made for. Opaque to callers. */
import { createHash } from 'node:crypto'
import { problem } from '@bp/contracts/errors'

const hashOf = (filters: unknown): string =>
  createHash('sha256').update(JSON.stringify(filters)).digest('base64url').slice(0, 8)

export const writeCursor = (last: bigint, filters: unknown): string =>
  Buffer.from(`${last.toString(36)}.${hashOf(filters)}`).toString('base64url')

/** The id after which to go on. Throws `cursor_invalid` for another list's cursor, other filters, or nonsense. */
export function readCursor(cursor: string, filters: unknown): bigint {
  const match = /^([0-9a-z]{1,13})\.([\w-]{8})$/.exec(
    Buffer.from(cursor, 'base64url').toString('latin1'),
  )
  const [, digits = '', hash = ''] = match ?? []
  if (match === null || hash !== hashOf(filters)) throw problem('cursor_invalid', {})
  let value = 0n
  for (const digit of digits) value = value * 36n + BigInt(Number.parseInt(digit, 36))
  if (value >= 1n << 63n) throw problem('cursor_invalid', {})
  return value
}
