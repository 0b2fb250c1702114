import type { IncomingMessage } from 'node:http'
import { signedPutHeaders } from './signature.ts'

/** Headers that let a page of the app, and of nobody else, read an answer of the files origin. */
export function crossOriginHeaders(
  request: IncomingMessage,
  appOrigins: readonly string[],
): Readonly<Record<string, string>> {
  const { origin } = request.headers
  if (origin === undefined || !appOrigins.includes(origin)) return { vary: 'origin' }
  return {
    vary: 'origin',
    'access-control-allow-origin': origin,
    'access-control-expose-headers': 'content-length, content-range, content-type, etag',
  }
}

/** The answer to a browser's question whether it may PUT; undefined when it may not. */
export function preflightHeaders(
  request: IncomingMessage,
  appOrigins: readonly string[],
): Readonly<Record<string, string>> | undefined {
  const { origin } = request.headers
  if (origin === undefined || !appOrigins.includes(origin)) return undefined
  return {
    'access-control-allow-methods': 'GET, HEAD, PUT',
    'access-control-allow-headers': [...signedPutHeaders, 'range'].join(', '),
    'access-control-max-age': '600',
  }
}
