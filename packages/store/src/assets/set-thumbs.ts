import type { AssetId } from '@bp/contracts/ids'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'

/** Thumbnails are there now (bits: 1 = 256, 2 = 640, 4 = 1280). Bits are only ever added. */
export async function setThumbs(
  writer: Writer,
  asset: {
    readonly id: AssetId
    readonly thumbs: number
    readonly thumbhash?: string
    readonly width?: number
    readonly height?: number
  },
): Promise<boolean> {
  const found = await writer.run(sql`
    UPDATE asset SET thumbs = thumbs | ${asset.thumbs},
      thumbhash = COALESCE(${asset.thumbhash ?? null}, thumbhash),
      width = COALESCE(width, ${asset.width ?? null}), height = COALESCE(height, ${asset.height ?? null})
    WHERE id = ${asset.id}`)
  return found > 0
}
