/** What a file is: by its first bytes, then by its extension, never by the name under which a node reported it. */
import type { AssetKind } from '@bp/contracts/assets'

export interface FileType {
  readonly kind: AssetKind
  readonly contentType: string
}

const unknownType: FileType = { kind: 'file', contentType: 'application/octet-stream' }

const byExtension: Readonly<Record<string, FileType>> = {
  png: { kind: 'image', contentType: 'image/png' },
  jpg: { kind: 'image', contentType: 'image/jpeg' },
  jpeg: { kind: 'image', contentType: 'image/jpeg' },
  webp: { kind: 'image', contentType: 'image/webp' },
  gif: { kind: 'image', contentType: 'image/gif' },
  avif: { kind: 'image', contentType: 'image/avif' },
  tiff: { kind: 'image', contentType: 'image/tiff' },
  exr: { kind: 'image', contentType: 'image/x-exr' },
  svg: { kind: 'image', contentType: 'image/svg+xml' },
  mp4: { kind: 'video', contentType: 'video/mp4' },
  m4v: { kind: 'video', contentType: 'video/mp4' },
  mov: { kind: 'video', contentType: 'video/quicktime' },
  webm: { kind: 'video', contentType: 'video/webm' },
  mkv: { kind: 'video', contentType: 'video/x-matroska' },
  avi: { kind: 'video', contentType: 'video/x-msvideo' },
  mp3: { kind: 'audio', contentType: 'audio/mpeg' },
  wav: { kind: 'audio', contentType: 'audio/wav' },
  flac: { kind: 'audio', contentType: 'audio/flac' },
  ogg: { kind: 'audio', contentType: 'audio/ogg' },
  opus: { kind: 'audio', contentType: 'audio/ogg' },
  m4a: { kind: 'audio', contentType: 'audio/mp4' },
  glb: { kind: 'model3d', contentType: 'model/gltf-binary' },
  gltf: { kind: 'model3d', contentType: 'model/gltf+json' },
  obj: { kind: 'model3d', contentType: 'model/obj' },
  stl: { kind: 'model3d', contentType: 'model/stl' },
  fbx: { kind: 'model3d', contentType: 'application/octet-stream' },
  ply: { kind: 'model3d', contentType: 'application/octet-stream' },
  usdz: { kind: 'model3d', contentType: 'model/vnd.usdz+zip' },
  splat: { kind: 'model3d', contentType: 'application/octet-stream' },
  spz: { kind: 'model3d', contentType: 'application/octet-stream' },
  ksplat: { kind: 'model3d', contentType: 'application/octet-stream' },
  txt: { kind: 'text', contentType: 'text/plain' },
  md: { kind: 'text', contentType: 'text/plain' },
  srt: { kind: 'text', contentType: 'text/plain' },
  json: { kind: 'text', contentType: 'application/json' },
  csv: { kind: 'text', contentType: 'text/csv' },
  latent: { kind: 'latent', contentType: 'application/octet-stream' },
  safetensors: { kind: 'file', contentType: 'application/octet-stream' },
}

interface Magic {
  readonly at: number
  readonly text: string
  readonly extension: string
}
// RIFF, Ogg, EBML and ISO media are families; they are told apart below.
const magics: readonly Magic[] = [
  { at: 0, text: '\x89PNG\r\n\x1a\n', extension: 'png' },
  { at: 0, text: '\xff\xd8\xff', extension: 'jpg' },
  { at: 0, text: 'GIF8', extension: 'gif' },
  { at: 0, text: 'II*\0', extension: 'tiff' },
  { at: 0, text: 'MM\0*', extension: 'tiff' },
  { at: 0, text: '\x76\x2f\x31\x01', extension: 'exr' },
  { at: 8, text: 'WEBP', extension: 'webp' },
  { at: 8, text: 'WAVE', extension: 'wav' },
  { at: 8, text: 'AVI ', extension: 'avi' },
  { at: 0, text: 'fLaC', extension: 'flac' },
  { at: 0, text: 'OggS', extension: 'ogg' },
  { at: 0, text: 'ID3', extension: 'mp3' },
  { at: 0, text: 'glTF', extension: 'glb' },
  { at: 4, text: 'ftypavi', extension: 'avif' },
  { at: 4, text: 'ftypM4A', extension: 'm4a' },
  { at: 4, text: 'ftypqt', extension: 'mov' },
  { at: 4, text: 'ftyp', extension: 'mp4' },
]

/** Kind and content type of a file. `head` are its first bytes (64 are plenty). */
export function fileType(head: Uint8Array, name: string): FileType {
  const text = Buffer.from(head).toString('latin1')
  const extension = extensionOf(name)
  const magic = magics.find(({ at, text: mark }) => text.startsWith(mark, at))
  const found = magic?.extension ?? (text.startsWith('\x1aE\xdf\xa3') ? ebml(extension) : undefined)
  return byExtension[found ?? extension] ?? unknownType
}

/** Matroska and WebM begin alike; the extension decides. */
const ebml = (extension: string): string => (extension === 'mkv' ? 'mkv' : 'webm')

/** Extension of a name in small letters, without the dot; '' when there is none. */
export const extensionOf = (name: string): string =>
  /\.([a-z0-9]{1,12})$/i.exec(name)?.[1]?.toLowerCase() ?? ''

/** Usual extension of a content type, for files whose name tells nothing. */
export function extensionFor(contentType: string): string {
  const bare = contentType.split(';', 1)[0]?.trim().toLowerCase()
  return (
    Object.entries(byExtension).find(
      ([, type]) => type.contentType === bare && bare !== unknownType.contentType,
    )?.[0] ?? 'bin'
  )
}
