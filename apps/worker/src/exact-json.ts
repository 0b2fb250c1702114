/**
 * JSON that keeps numbers as they were written. A seed like 18446744073709551615 must reach the engine with every
 * digit; numbers that JavaScript would change are held as raw JSON, which `JSON.stringify` writes back verbatim.
 */
// The language's library has no types for these yet.
const makeRaw: (text: string) => unknown = Reflect.get(JSON, 'rawJSON')
const isRaw: (value: unknown) => boolean = Reflect.get(JSON, 'isRawJSON')

/** Parses JSON; numbers that would lose digits or their form become raw ones. Throws SyntaxError. */
export const parseExact = (text: string): unknown =>
  JSON.parse(text, (_key: string, value: unknown, context?: { readonly source?: string }) => {
    if (typeof value !== 'number' || context?.source === undefined) return value
    return String(value) === context.source ? value : makeRaw.call(JSON, context.source)
  })

/** Whether a value is a number kept as text; to `typeof` it is an object. */
export const isRawNumber = (value: unknown): boolean => isRaw.call(JSON, value)
