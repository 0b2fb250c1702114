/** A JSON object: neither an array, nor null, nor a number that was kept as text. */
import { isRawNumber } from '@bp/contracts/exact-json'

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !isRawNumber(value)
}
