import { Readable } from 'node:stream'
import { problem } from '@bp/contracts/errors'
import { hashFleetBody } from '@bp/contracts/fleet-signature'
import type { FallbackCaller } from './caller.ts'

/**
 * Reads a body whose hash was signed, and hands it on only if it is that body: the signature was checked before the
 * body arrived. Throws `body_too_large` as soon as more than `bytesMax` have come.
 */
export async function signedBody(
  payload: AsyncIterable<unknown>,
  caller: FallbackCaller,
  bytesMax: number,
): Promise<Readable> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of payload) {
    if (!(chunk instanceof Uint8Array)) continue
    size += chunk.byteLength
    if (size > bytesMax) throw problem('body_too_large', { allowed: bytesMax })
    chunks.push(chunk)
  }
  const body = Buffer.concat(chunks)
  if ((await hashFleetBody(body)) !== caller.bodyHash) throw problem('fleet_signature_wrong', {})
  return Readable.from(size === 0 ? [] : [body])
}
