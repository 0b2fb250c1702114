import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { problem } from '@bp/contracts/errors'
import { disposition } from '../disposition.ts'
import type { FileCall, FilesListenerOptions } from './files-listener.ts'
import { readRange } from './range.ts'
import { signatureFits } from './signature.ts'

/** GET and HEAD, whole or a range. A wrong or old signature is told before whether there is such a file. */
export async function getObject(
  request: IncomingMessage,
  response: ServerResponse,
  call: FileCall,
  { folder, secret, nowMs }: Pick<FilesListenerOptions, 'folder' | 'secret' | 'nowMs'>,
): Promise<void> {
  const expiresAtMs = Number(call.query.get('expires') ?? '0')
  const name = call.query.get('name') ?? ''
  if (!call.isPublic) {
    const facts = { method: 'GET', key: call.key, name, expiresAtMs, headers: {} } as const
    if (!signatureFits(secret, facts, call.query.get('signature') ?? '') || expiresAtMs < nowMs())
      throw problem('signature_invalid', {})
  }
  const head = await folder.head(call.key)
  if (head === undefined) throw problem('not_found', { noun: 'file' })

  const etag = `"${head.sha256}"`
  response.setHeader('etag', etag)
  response.setHeader('accept-ranges', 'bytes')
  response.setHeader('content-type', head.contentType)
  response.setHeader('content-disposition', disposition(head.contentType, name))
  response.setHeader(
    'cache-control',
    call.isPublic
      ? 'public, max-age=31536000, immutable'
      : `private, max-age=${Math.max(0, Math.floor((expiresAtMs - nowMs()) / 1000))}`,
  )
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304).end()
    return
  }
  const range = readRange(request.headers.range, head.sizeBytes)
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${head.sizeBytes}` }).end()
    return
  }
  const length = range === undefined ? head.sizeBytes : range.last - range.first + 1
  response.setHeader('content-length', length)
  if (range !== undefined)
    response.setHeader('content-range', `bytes ${range.first}-${range.last}/${head.sizeBytes}`)
  response.writeHead(range === undefined ? 200 : 206)
  if (request.method === 'HEAD' || length === 0) {
    response.end()
    return
  }
  await pipeline(folder.read(call.key, range), response)
}
