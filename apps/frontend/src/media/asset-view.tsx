import { useState } from 'react'
import type { Asset } from '@bp/contracts/shapes/assets'
import { t } from '../text/en.ts'
import { formatBytes } from '../text/format.ts'
import { ImageIcon } from '../ui/icon.ts'
import styles from './asset-view.module.css'

/** A file in full: pictures, video and sound are shown; anything else is named. HTML and SVG are never rendered. */
export function AssetView({ asset, alt }: { asset: Asset; alt: string }) {
  const [broken, setBroken] = useState(false)
  if (asset.kind === 'image' && !broken)
    return (
      <img
        // By the style object, not a style attribute: the policy of the page refuses those.
        ref={picture => {
          if (asset.width === null || asset.height === null) return
          picture?.style.setProperty('--natural', String(asset.width))
          picture?.style.setProperty('--ratio', String(asset.width / asset.height))
        }}
        className={styles['picture']}
        src={asset.url}
        alt={alt}
        width={asset.width ?? undefined}
        height={asset.height ?? undefined}
        onError={() => {
          setBroken(true)
        }}
      />
    )
  if (asset.kind === 'video')
    // oxlint-disable-next-line jsx-a11y/media-has-caption -- made by a workflow: there are no captions to show
    return <video className={styles['picture']} src={asset.url} controls loop />
  if (asset.kind === 'audio')
    // oxlint-disable-next-line jsx-a11y/media-has-caption -- made by a workflow: there are no captions to show
    return <audio className={styles['audio']} src={asset.url} controls />
  return (
    <div className={styles['file']}>
      <ImageIcon aria-hidden />
      <strong>{asset.name}</strong>
      <span>
        {broken ? t.results.loadFailed : t.results.noPreview} {formatBytes(asset.size_bytes)}
      </span>
    </div>
  )
}
