import type { IncomingMessage, ServerResponse } from 'node:http'
import { problem } from '@bp/contracts/errors'
import type { FileCall, FilesListenerOptions } from './files-listener.ts'
import { signatureFits, signedPutHeaders } from './signature.ts'

/**
 * PUT of a whole object. Length, type and checksum are those of the plan, because they are signed; the bytes are
 * held against them while they stream in. 412: the key is taken, which is what a repeat after a lost answer finds.
 */
export async function putObject(
  request: IncomingMessage,
  response: ServerResponse,
  call: FileCall,
  { folder, secret, nowMs }: Pick<FilesListenerOptions, 'folder' | 'secret' | 'nowMs'>,
): Promise<void> {
  const headers: Record<string, string> = {}
  for (const name of signedPutHeaders) {
    const value = request.headers[name]
    if (typeof value === 'string') headers[name] = value
  }
  const expiresAtMs = Number(call.query.get('expires') ?? '0')
  const facts = { method: 'PUT', key: call.key, name: '', expiresAtMs, headers } as const
  const fits =
    !call.isPublic &&
    signatureFits(secret, facts, call.query.get('signature') ?? '') &&
    expiresAtMs >= nowMs()
  if (!fits) throw problem('signature_invalid', {})

  const checksum = headers['x-amz-checksum-sha256'] ?? ''
  const outcome = await folder.store(
    {
      key: call.key,
      sizeBytes: Number(headers['content-length']),
      contentType: headers['content-type'] ?? 'application/octet-stream',
      sha256: Buffer.from(checksum, 'base64').toString('hex'),
    },
    bytesOf(request),
  )
  if (outcome === 'exists') {
    // No `connection: close`: node reads the rest away, so the caller sees this answer and not a cut socket.
    response.writeHead(412).end()
    return
  }
  response.writeHead(200, { etag: `"${Buffer.from(checksum, 'base64').toString('hex')}"` }).end()
}

/** The body as bytes. A socket that is cut ends the stream with an error, which the folder's clean-up relies on. */
async function* bytesOf(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  // Not destroyed on an early end: the answer to a refused body goes out on the same socket.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    if (!(chunk instanceof Uint8Array)) throw new TypeError('a request body came as text')
    yield chunk
  }
}
