import sharp from 'sharp'
import { PythonError } from '../python-error.ts'
import { fromBytes, mask, picture, type Mask, type Picture } from './picture.ts'

/** Largest picture that is decoded: width × height × frames. */
export const INPUT_PIXELS_MAX = 100_000_000

/**
 * Leaves sharp only the loaders of the formats that people send.
 * It decodes SVG, PDF and more by default, and SVG reads other files and hangs on hostile ones.
 * Applies to the whole process; call it before the first picture.
 */
export function limitLoaders(): void {
  sharp.block({ operation: ['VipsForeignLoad'] })
  sharp.unblock({
    operation: [
      'VipsForeignLoadPng',
      'VipsForeignLoadJpeg',
      'VipsForeignLoadWebp',
      'VipsForeignLoadNsgif',
      'VipsForeignLoadHeif',
    ],
  })
}

/** What a load node makes of a file: pixels, and the mask that is 1 where the file is transparent. */
export interface Loaded {
  readonly image: Picture
  readonly mask: Mask
  readonly hasAlpha: boolean
}

const unreadable = (file: string): PythonError =>
  new PythonError('PIL.UnidentifiedImageError', `cannot identify image file '${file}'`)

/** Decodes all frames of a file, turned upright by its EXIF orientation. */
export async function loadPicture(file: string): Promise<Loaded> {
  // Embedded colour profiles are ignored, as Pillow ignores them when it converts to RGB.
  const options = {
    limitInputPixels: INPUT_PIXELS_MAX,
    ignoreIcc: true,
    failOn: 'truncated',
  } as const
  let decoded
  try {
    const meta = await sharp(file, options).metadata()
    const pages = meta.pages ?? 1
    const input =
      pages > 1 ? sharp(file, { ...options, animated: true }) : sharp(file, options).autoOrient()
    decoded = await input.toColourspace('srgb').raw().toBuffer({ resolveWithObject: true })
  } catch {
    throw unreadable(file)
  }

  const { data, info } = decoded
  const height = info.pageHeight ?? info.height
  const count = Math.round(info.height / height)
  const pixels = info.width * height
  const images: Float32Array[] = []
  const masks: Float32Array[] = []
  const hasAlpha = info.channels === 2 || info.channels === 4
  for (let index = 0; index < count; index++) {
    const bytes = data.subarray(
      index * pixels * info.channels,
      (index + 1) * pixels * info.channels,
    )
    const split = splitChannels(bytes, info.channels, pixels)
    images.push(split.rgb)
    masks.push(split.mask ?? new Float32Array(64 * 64))
  }
  return {
    image: picture(info.width, height, images),
    // Without an alpha channel a real engine answers a 64 × 64 mask of zeros.
    mask: hasAlpha ? mask(info.width, height, masks) : mask(64, 64, masks),
    hasAlpha,
  }
}

function splitChannels(
  bytes: Uint8Array,
  channels: number,
  pixels: number,
): { rgb: Float32Array; mask: Float32Array | undefined } {
  const all = fromBytes(bytes)
  if (channels === 3) return { rgb: all, mask: undefined }
  const rgb = new Float32Array(pixels * 3)
  const alpha = channels === 2 || channels === 4 ? new Float32Array(pixels) : undefined
  const isGrey = channels < 3
  for (let pixel = 0; pixel < pixels; pixel++) {
    const at = pixel * channels
    rgb[pixel * 3] = all[at]!
    rgb[pixel * 3 + 1] = all[isGrey ? at : at + 1]!
    rgb[pixel * 3 + 2] = all[isGrey ? at : at + 2]!
    if (alpha) alpha[pixel] = 1 - all[at + channels - 1]!
  }
  return { rgb, mask: alpha }
}
