/**
 * JSON that keeps numbers as they were written: 18446744073709551615 and `1.0` come out as they went in.
 * Numbers that JavaScript would change are held as the engine's raw JSON objects, which `JSON.stringify`
 * writes back verbatim. Such a value is an object to `typeof`: read it by `numberText`.
 */
export interface RawNumber {
  readonly rawJSON: string
}

// The language's library has no types for these yet.
const makeRaw: (text: string) => unknown = Reflect.get(JSON, 'rawJSON')
const isRaw: (value: unknown) => boolean = Reflect.get(JSON, 'isRawJSON')

/** Parses JSON text; numbers that would lose digits or their form become raw ones. Throws SyntaxError. */
export function parseExact(text: string): unknown {
  // Without such a number the plain parser is right, and several times faster.
  return needsExact.test(text) ? JSON.parse(text, keepNumber) : JSON.parse(text)
}

const needsExact = /[\d.]{16,}|\d\.\d*0|\d[eE]|-0/

function keepNumber(_key: string, value: unknown, context?: { readonly source?: string }): unknown {
  if (typeof value !== 'number' || context?.source === undefined) return value
  return String(value) === context.source ? value : rawNumber(context.source)
}

/** A number that is written as this JSON text. Throws SyntaxError when the text is no JSON value. */
export function rawNumber(text: string): RawNumber {
  const raw = makeRaw.call(JSON, text)
  if (!isRawNumber(raw)) throw new TypeError('This runtime has no JSON.rawJSON.')
  return raw
}

/** Whether a parsed value is a number that was kept as text. */
export function isRawNumber(value: unknown): value is RawNumber {
  return typeof value === 'object' && value !== null && isRaw.call(JSON, value)
}

/** The text of a number, kept or plain; undefined when the value is no number. */
export function numberText(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value)
  return isRawNumber(value) ? value.rawJSON : undefined
}
