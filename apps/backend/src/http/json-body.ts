/** JSON as it comes from callers: bounded depth, and no keys that reach into prototypes. */
import { problem } from '@bp/contracts/errors'
import { parseExact } from '@bp/contracts/exact-json'
import { limits } from '@bp/contracts/limits'
import { isRecord } from '@bp/domain/workflows/is-record'

/**
 * Parses a body. Numbers of a `graph` keep every digit (seeds reach 2^64 − 1); everything else is plain, because its
 * schema checks numbers as numbers. Throws `json_invalid` with a reason of ours, never with the parser's text.
 */
export function parseJson(text: string): unknown {
  if (nesting(text) > limits.jsonDepthMax)
    throw problem('json_invalid', { reason: `it nests deeper than ${limits.jsonDepthMax} levels` })
  try {
    const value: unknown = JSON.parse(text)
    if (/__proto__|constructor|\\u/.test(text) && hasPrototypeKey(value))
      throw problem('json_invalid', {
        reason: 'the keys __proto__ and constructor are not allowed',
      })
    if (!isRecord(value) || value['graph'] === undefined) return value
    const exact = parseExact(text)
    return isRecord(exact) ? { ...value, graph: exact['graph'] } : value
  } catch (thrown) {
    if (thrown instanceof SyntaxError)
      throw problem('json_invalid', { reason: 'the text does not parse' }, { cause: thrown })
    throw thrown
  }
}

/** Deepest nesting of brackets outside of strings. One pass, so that a body cannot exhaust the stack of the parser. */
function nesting(text: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (inString) {
      if (code === 0x5c) at++
      else if (code === 0x22) inString = false
    } else if (code === 0x22) inString = true
    else if (code === 0x7b || code === 0x5b) deepest = Math.max(deepest, ++depth)
    else if (code === 0x7d || code === 0x5d) depth--
  }
  return deepest
}

function hasPrototypeKey(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  return Object.entries(value).some(
    ([key, inner]) => key === '__proto__' || key === 'constructor' || hasPrototypeKey(inner),
  )
}
