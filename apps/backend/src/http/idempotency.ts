import { problem } from '@bp/contracts/errors'
import { limits } from '@bp/contracts/limits'

/** Reads an Idempotency-Key: 1–255 printable ASCII. Throws `validation_failed` for any other text. */
export function readIdempotencyKey(
  header: string | readonly string[] | undefined,
): string | undefined {
  if (header === undefined) return undefined
  const isGood =
    typeof header === 'string' &&
    header.length <= limits.idempotencyKeyLengthMax &&
    /^[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?$/.test(header)
  if (isGood) return header
  throw problem(
    'validation_failed',
    {},
    {
      faults: [
        {
          pointer: '/headers/idempotency-key',
          code: 'pattern',
          message: `The Idempotency-Key must be 1 to ${limits.idempotencyKeyLengthMax} printable ASCII characters.`,
        },
      ],
    },
  )
}
