import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import sharp from 'sharp'
import { findFile, folderOf, joinInside, splitAnnotation, type Folders } from '../folders.ts'
import { INPUT_PIXELS_MAX } from '../images/codec.ts'
import { sendText } from './answers.ts'

const CONTENT_TYPES: Record<string, string> = {
  '.avif': 'image/avif',
  '.flac': 'audio/flac',
  '.gif': 'image/gif',
  '.glb': 'model/gltf-binary',
  '.jpeg': 'image/jpeg',
  '.jpg': 'image/jpeg',
  '.json': 'application/json',
  '.mp3': 'audio/mpeg',
  '.mp4': 'video/mp4',
  '.png': 'image/png',
  '.txt': 'text/plain',
  '.wav': 'audio/x-wav',
  '.webm': 'video/webm',
  '.webp': 'image/webp',
}

/** GET /view: a file of one of the three folders, whole, in part, or made anew by `preview` and `channel`. */
export async function sendView(
  folders: Folders,
  query: URLSearchParams,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const asked = query.get('filename')
  if (asked === null) return sendText(response, 404)
  const { name, folder: annotated } = splitAnnotation(folders, asked)
  if (name === '' || name.startsWith('/') || name.includes('..')) return sendText(response, 400)
  const root = annotated ?? folderOf(folders, query.get('type') ?? 'output')
  if (root === undefined) return sendText(response, 400)
  const parent = joinInside(root, query.get('subfolder') ?? '')
  if (parent === undefined) return sendText(response, 403)
  const filename = path.basename(name)
  const file = await findFile(root, path.relative(root, parent), filename)
  if (file === undefined) return sendText(response, 404)

  const headers = {
    'content-disposition': `filename="${encodeURI(filename).replaceAll('"', '%22')}"`,
  }
  const made = await remade(file, query)
  if (made !== undefined) {
    response.writeHead(200, {
      ...headers,
      'content-type': made.type,
      'content-length': made.body.length,
    })
    response.end(request.method === 'HEAD' ? undefined : made.body)
    return
  }
  const type = CONTENT_TYPES[path.extname(filename).toLowerCase()] ?? 'application/octet-stream'
  await sendFile(file, { ...headers, 'content-type': type }, request, response)
}

async function remade(
  file: string,
  query: URLSearchParams,
): Promise<{ type: string; body: Buffer } | undefined> {
  const preview = query.get('preview')
  const channel = query.get('channel')
  if (preview === null && channel !== 'rgb' && channel !== 'a') return undefined
  const image = sharp(await readFile(file), { limitInputPixels: INPUT_PIXELS_MAX })
  if (preview !== null) {
    const [format, last = ''] = [preview.split(';')[0], preview.split(';').at(-1)]
    const quality = /^\d+$/.test(last) ? Math.min(100, Math.max(1, Number(last))) : 90
    if (format === 'jpeg' && channel?.includes('a') !== true)
      return { type: 'image/jpeg', body: await image.removeAlpha().jpeg({ quality }).toBuffer() }
    return { type: 'image/webp', body: await image.webp({ quality }).toBuffer() }
  }
  if (channel === 'rgb')
    return { type: 'image/png', body: await image.removeAlpha().png().toBuffer() }
  const alpha = await image.ensureAlpha().extractChannel(3).toBuffer({ resolveWithObject: true })
  const black = {
    width: alpha.info.width,
    height: alpha.info.height,
    channels: 3 as const,
    background: '#000',
  }
  return {
    type: 'image/png',
    body: await sharp({ create: black }).joinChannel(alpha.data).png().toBuffer(),
  }
}

async function sendFile(
  file: string,
  headers: Record<string, string>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { size, mtime } = await stat(file)
  const etag = `"${mtime.getTime().toString(16)}-${size.toString(16)}"`
  const common = {
    ...headers,
    'accept-ranges': 'bytes',
    etag,
    'last-modified': mtime.toUTCString(),
  }
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, { etag })
    response.end()
    return
  }
  const range = parseRange(request.headers.range, size)
  if (range === 'unsatisfiable') {
    response.writeHead(416, { 'content-range': `bytes */${size}`, 'content-length': 0 })
    response.end()
    return
  }
  const { start, end } = range ?? { start: 0, end: size - 1 }
  const partial = range === undefined ? {} : { 'content-range': `bytes ${start}-${end}/${size}` }
  response.writeHead(range === undefined ? 200 : 206, {
    ...common,
    ...partial,
    'content-length': end - start + 1,
  })
  if (request.method === 'HEAD' || size === 0) {
    response.end()
    return
  }
  // A reader that goes away is no error of ours.
  await pipeline(createReadStream(file, { start, end }), response).catch(() => response.destroy())
}

function parseRange(
  header: string | undefined,
  size: number,
): { start: number; end: number } | 'unsatisfiable' | undefined {
  if (header === undefined) return undefined
  const match = /^bytes=(\d*)-(\d*)$/.exec(header)
  if (match === null || (match[1] === '' && match[2] === '')) return 'unsatisfiable'
  const [, first = '', last = ''] = match
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first)
  const end = first === '' || last === '' ? size - 1 : Math.min(size - 1, Number(last))
  return start > end ? 'unsatisfiable' : { start, end }
}
