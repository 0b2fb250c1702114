/**
 * JSON that keeps numbers as they were written.
 *
 * A seed like 18446744073709551615 or a `1.0` must come out of history and of a picture's metadata as it went in.
 * Numbers that JavaScript would change are held as the engine's raw JSON objects, which `JSON.stringify` writes back.
 */
export type RawNumber = { readonly rawJSON: string }

/** Parses JSON text; numbers that would lose digits or their form become raw ones. Throws SyntaxError. */
export function parseExact(text: string): unknown {
  return JSON.parse(text, keepNumber)
}

function keepNumber(_key: string, value: unknown, context: { source?: string } = {}): unknown {
  if (typeof value !== 'number' || context.source === undefined) return value
  return String(value) === context.source ? value : rawNumber(context.source)
}

/** A raw number from its JSON text. */
export function rawNumber(text: string): RawNumber {
  const raw: unknown = Reflect.apply(rawJson, JSON, [text])
  if (!isRawNumber(raw)) throw new TypeError('this runtime has no JSON.rawJSON')
  return raw
}

/** Whether a parsed value is a number that was kept as text. */
export function isRawNumber(value: unknown): value is RawNumber {
  return typeof value === 'object' && value !== null && 'rawJSON' in value && isRaw(value)
}

// The types of this runtime's JSON.rawJSON are not in the language's library yet.
const rawJson: (text: string) => unknown = Reflect.get(JSON, 'rawJSON')
const isRaw: (value: unknown) => boolean = Reflect.get(JSON, 'isRawJSON')
