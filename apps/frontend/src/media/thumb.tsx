import type { Asset } from '@bp/contracts/shapes/assets'
import { ImageIcon } from '../ui/icon.ts'
import styles from './thumb.module.css'

/** The best address of a picture for a width in CSS px: the smallest thumbnail that fills it twice, else the file. */
export function addressFor(asset: Asset, widthPx: number): string {
  const fits = asset.thumbnails
    .toSorted((a, b) => a.w - b.w)
    .find(thumbnail => thumbnail.w >= widthPx * 2)
  return fits?.url ?? (asset.kind === 'image' ? asset.url : '')
}

/** A small square picture in a row. Without a picture: a quiet place of the same size. */
export function Thumb({
  url,
  alt = '',
  size = 40,
}: {
  url: string | undefined
  alt?: string
  size?: 40 | 56
}) {
  return (
    <span className={styles['thumb']} data-size={size}>
      {url === undefined || url === '' ? (
        <ImageIcon aria-hidden />
      ) : (
        <img src={url} alt={alt} loading="lazy" decoding="async" width={size} height={size} />
      )}
    </span>
  )
}
