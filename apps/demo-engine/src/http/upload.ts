import { createHash } from 'node:crypto'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import path from 'node:path'
import sharp from 'sharp'
import { findFile, folderOf, joinInside, splitAnnotation, type Folders } from '../folders.ts'
import { isRecord } from '../graph.ts'
import { INPUT_PIXELS_MAX } from '../images/codec.ts'
import { pythonText } from '../python-text.ts'
import { HttpRefusal, readBody, sendJson } from './answers.ts'

/** Names that are tried for a file whose name is taken. */
const NAMES_MAX = 10_000

/** POST /upload/image and /upload/mask: keeps a file of a form and answers the name that was really used. */
export async function receiveUpload(
  folders: Folders,
  kind: 'image' | 'mask',
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const form = await readForm(request)
  const image = form.get('image')
  if (!(image instanceof File) || image.name === '') throw new HttpRefusal(400)
  const type = textOf(form, 'type') ?? 'input'
  const root = folderOf(folders, type)
  // A real engine runs into an unset variable here.
  if (root === undefined) throw new TypeError(`unknown upload type ${type}`)
  const subfolder = textOf(form, 'subfolder') ?? ''
  const folder = joinInside(root, path.posix.normalize(subfolder === '' ? '.' : subfolder))
  if (
    folder === undefined ||
    joinInside(root, folder, image.name) === undefined ||
    image.name.includes('\0')
  )
    throw new HttpRefusal(400)

  const bytes = Buffer.from(await image.arrayBuffer())
  const content = kind === 'mask' ? await withNewAlpha(folders, form, bytes) : bytes
  await mkdir(folder, { recursive: true })
  const overwrite = ['true', '1'].includes(textOf(form, 'overwrite') ?? '')
  const name = overwrite ? image.name : await freeName(folder, image.name, bytes)
  const file = joinInside(root, folder, name)
  if (file === undefined) throw new HttpRefusal(400)
  await mkdir(path.dirname(file), { recursive: true })
  await writeFile(file, content)
  sendJson(response, { name, subfolder, type })
}

async function readForm(request: IncomingMessage): Promise<FormData> {
  const type = request.headers['content-type'] ?? ''
  if (!type.startsWith('multipart/form-data')) throw new HttpRefusal(400)
  const body = await readBody(request)
  try {
    return await new Response(new Uint8Array(body), {
      headers: { 'content-type': type },
    }).formData()
  } catch {
    throw new HttpRefusal(400)
  }
}

function textOf(form: FormData, name: string): string | undefined {
  const value = form.get(name)
  return typeof value === 'string' ? value : undefined
}

/** The name itself, or `name (1).png` and so on when it is taken by a file with other bytes. */
async function freeName(folder: string, name: string, bytes: Buffer): Promise<string> {
  const { dir, name: stem, ext } = path.parse(name)
  for (let number = 0; number < NAMES_MAX; number++) {
    const candidate = number === 0 ? name : path.join(dir, `${stem} (${number})${ext}`)
    const existing = await findFile(folder, candidate)
    if (existing === undefined || hash(await readFile(existing)) === hash(bytes)) return candidate
  }
  throw new HttpRefusal(400)
}

function hash(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** The picture that `original_ref` names, with the alpha channel of the uploaded one. */
async function withNewAlpha(folders: Folders, form: FormData, bytes: Buffer): Promise<Buffer> {
  const reference: unknown = JSON.parse(textOf(form, 'original_ref') ?? 'null')
  if (!isRecord(reference) || typeof reference['filename'] !== 'string')
    throw new TypeError('no original_ref')
  const { name, folder: annotated } = splitAnnotation(folders, reference['filename'])
  if (name === '' || name.startsWith('/') || name.includes('..')) throw new HttpRefusal(400)
  const root = annotated ?? folderOf(folders, pythonText(reference['type'] ?? 'output'))
  if (root === undefined) throw new HttpRefusal(400)
  const original = await findFile(root, pythonText(reference['subfolder'] ?? ''), name)
  if (original === undefined) throw new HttpRefusal(404)
  const alpha = await sharp(bytes, { limitInputPixels: INPUT_PIXELS_MAX })
    .ensureAlpha()
    .extractChannel(3)
    .toBuffer()
  return sharp(original, { limitInputPixels: INPUT_PIXELS_MAX })
    .removeAlpha()
    .joinChannel(alpha)
    .png({ compressionLevel: 4 })
    .toBuffer()
}
