import { useState } from 'react'
import type { Asset } from '@bp/contracts/shapes/assets'
import { t } from '../text/en.ts'
import { Button } from '../ui/button.tsx'
import { Download } from '../ui/icon.ts'
import { downloadAsset } from './download.ts'

/** Saves one or several files. `refresh` gets a fresh address when the signed one has expired. */
export function DownloadButton({
  assets,
  size = 'normal',
  variant = 'secondary',
  refresh,
}: {
  assets: readonly Asset[]
  size?: 'small' | 'normal'
  variant?: 'primary' | 'secondary'
  refresh: (id: string) => Promise<Asset>
}) {
  const [pending, setPending] = useState(false)
  const save = async () => {
    setPending(true)
    try {
      for (const asset of assets) {
        try {
          await downloadAsset(asset)
        } catch {
          await downloadAsset(await refresh(asset.id))
        }
      }
    } catch {
      // The last resort shows the browser's own error, which says more than we could.
      const first = assets[0]
      if (first) window.open(first.url, '_blank', 'noopener')
    } finally {
      setPending(false)
    }
  }
  return (
    <Button
      icon={Download}
      size={size}
      variant={variant}
      pending={pending}
      onPress={() => {
        void save()
      }}
    >
      {assets.length > 1 ? t.job.downloadAll : t.job.download}
    </Button>
  )
}
