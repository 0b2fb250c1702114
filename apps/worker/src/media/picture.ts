/**
 * Dimensions and thumbnails of pictures. sharp is loaded at first use: it costs a tenth of a second and 25 MB, which
 * an agent that is about to register does not have to spend.
 */
import { limits } from '@bp/contracts/limits'

export interface PictureFacts {
  readonly width: number
  readonly height: number
  /** Of an animation: how long one round takes and its frames a second. */
  readonly durationMs: number | null
  readonly fps: number | null
}
export interface Thumbnail {
  readonly w: number
  readonly bytes: Uint8Array
}

/** Widths made here; the larger one of the contract's list is made by the backend when asked for. */
const widths = [640, 256] as const
const readable: readonly string[] = [
  'image/png',
  'image/jpeg',
  'image/webp',
  'image/gif',
  'image/avif',
]
/** Content types whose pictures can be looked into. */
export const isPicture = (contentType: string): boolean => readable.includes(contentType)

export type PictureTool = Awaited<ReturnType<typeof loadPictureTool>>

/** Loads sharp with every loader blocked but those of the five formats: by default it also decodes SVG and PDF, which are programs. */
export async function loadPictureTool() {
  const { default: sharp } = await import('sharp')
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
  // Every picture is seen once: a cache would only hold memory.
  sharp.cache(false)

  const open = (path: string) =>
    sharp(path, { limitInputPixels: limits.imagePixelsMax, failOn: 'error' })

  return {
    /** Reads the head of a picture. Throws when it is none, or too large. */
    facts: async (path: string): Promise<PictureFacts> => {
      const found = await open(path).metadata()
      const frames = found.pages ?? 1
      const durationMs =
        frames > 1 && found.delay !== undefined
          ? found.delay.reduce((sum, delayMs) => sum + delayMs, 0)
          : null
      return {
        width: found.width,
        height: found.pageHeight ?? found.height,
        durationMs,
        fps: durationMs === null || durationMs === 0 ? null : (frames * 1_000) / durationMs,
      }
    },
    /** WebP thumbnails of the first frame, none wider than the picture but the smallest. Tens of kilobytes each. */
    thumbnails: async (path: string, facts: PictureFacts): Promise<Thumbnail[]> => {
      const wanted = widths.filter(w => w === 256 || facts.width > 256)
      // Decoded once at the largest width; the smaller is made from that.
      const { data, info } = await open(path)
        .resize({ width: wanted[0] ?? 256, withoutEnlargement: true, fastShrinkOnLoad: true })
        .toColourspace('srgb')
        .raw()
        .toBuffer({ resolveWithObject: true })
      const raw = { width: info.width, height: info.height, channels: info.channels }
      return Promise.all(
        wanted.map(async w => {
          const small = sharp(data, { raw }).resize({ width: w, withoutEnlargement: true })
          return { w, bytes: await small.webp({ quality: 78, effort: 1 }).toBuffer() }
        }),
      )
    },
  }
}
