/** Saves a file under its own name. It comes from another origin, where a link's `download` would be ignored. */
import type { Asset } from '@bp/contracts/shapes/assets'

/** Above this the file is not taken through memory: a new tab shows or saves it. */
const throughMemoryBytesMax = 256_000_000

/** Throws when the file cannot be fetched. */
export async function downloadAsset(
  asset: Pick<Asset, 'url' | 'name' | 'size_bytes'>,
): Promise<void> {
  if (asset.size_bytes > throughMemoryBytesMax) {
    window.open(asset.url, '_blank', 'noopener')
    return
  }
  const response = await fetch(asset.url, { credentials: 'omit' })
  if (!response.ok) throw new Error(`The file answered ${response.status}`)
  const url = URL.createObjectURL(await response.blob())
  const link = document.createElement('a')
  link.href = url
  link.download = asset.name
  link.click()
  // The browser has to open it first; a minute is plenty.
  setTimeout(() => {
    URL.revokeObjectURL(url)
  }, 60_000)
}
