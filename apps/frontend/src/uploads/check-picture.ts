/** What a picture must be before its first byte is sent: type, size, pixels, readable at all. */
import { imageTypes } from '@bp/contracts/assets'
import { t } from '../text/en.ts'

export interface PictureLimits {
  readonly types: readonly string[]
  readonly bytesMax: number
  readonly pixelsMax: number
}
export interface PictureFacts {
  readonly width: number
  readonly height: number
}

const words: Readonly<Record<string, string>> = {
  'image/png': 'PNG',
  'image/jpeg': 'JPEG',
  'image/webp': 'WebP',
  'image/gif': 'GIF',
}
/** "PNG, JPEG, WebP, GIF". */
export const typeWords = (types: readonly string[]): string =>
  types.map(type => words[type] ?? type).join(', ')

/** The tighter of what the site allows and what the field allows. */
export function pictureLimits(
  site:
    | { upload_bytes_max: number; image_pixels_max: number; image_types: readonly string[] }
    | undefined,
  field: {
    accept?: readonly string[] | undefined
    max_bytes?: number | undefined
    max_pixels?: number | undefined
  } = {},
): PictureLimits {
  const known = site?.image_types ?? imageTypes
  const accepted = known.filter(
    type => !field.accept || field.accept.some(pattern => matches(pattern, type)),
  )
  return {
    types: accepted.length > 0 ? accepted : known,
    bytesMax: Math.min(site?.upload_bytes_max ?? Infinity, field.max_bytes ?? Infinity),
    pixelsMax: Math.min(site?.image_pixels_max ?? Infinity, field.max_pixels ?? Infinity),
  }
}

const matches = (pattern: string, type: string): boolean =>
  pattern === type || (pattern.endsWith('/*') && type.startsWith(pattern.slice(0, -1)))

/** What is wrong with a file by its name, type and size alone; undefined when nothing is. */
export function pictureFault(
  file: { readonly name: string; readonly type: string; readonly size: number },
  limits: PictureLimits,
): string | undefined {
  const types = typeWords(limits.types)
  if (/\.hei[cf]$/i.test(file.name) || /^image\/hei[cf]/.test(file.type)) return t.image.heic(types)
  if (file.type === 'image/svg+xml') return t.image.svg
  if (!limits.types.includes(file.type)) return t.image.wrongType(file.type, types)
  if (file.size === 0) return t.image.empty
  if (file.size > limits.bytesMax) return t.image.tooLarge(file.size, limits.bytesMax)
  return undefined
}

/** Reads width and height as the browser does; answers the fault in words when it cannot. */
export async function readPicture(
  file: Blob,
  limits: PictureLimits,
): Promise<PictureFacts | { fault: string }> {
  const url = URL.createObjectURL(file)
  try {
    const image = new Image()
    image.src = url
    await image.decode()
    const facts = { width: image.naturalWidth, height: image.naturalHeight }
    return facts.width * facts.height > limits.pixelsMax
      ? { fault: t.image.tooManyPixels(facts.width, facts.height, limits.pixelsMax) }
      : facts
  } catch {
    return { fault: t.image.undecodable }
  } finally {
    URL.revokeObjectURL(url)
  }
}
