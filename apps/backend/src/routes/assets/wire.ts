import { thumbnailWidths } from '@bp/contracts/assets'
import { formatId, idTimeMs } from '@bp/contracts/ids'
import { names } from '@bp/contracts/names'
import type { Asset, UploadPlan } from '@bp/contracts/shapes/assets'
import type { AssetRow, UploadRow } from '@bp/store/assets/rows'
import type { ObjectStore, ServedFile } from '../../objects/object-store.ts'
import { wireTime, wireTimeOrNull } from '../time.ts'

/** A file as callers see it, with an address that is good for half an hour at least. */
export async function assetToWire(row: AssetRow, objects: ObjectStore): Promise<Asset> {
  const id = formatId('asset', row.id)
  const address = await objects.signedGet(fileOf(row))
  return {
    id,
    kind: row.kind,
    source: row.source,
    content_type: row.contentType,
    size_bytes: row.sizeBytes,
    sha256: row.sha256?.toString('hex') ?? null,
    name: row.name,
    width: row.width,
    height: row.height,
    duration_ms: row.durationMs,
    fps: row.fpsMilli === null ? null : row.fpsMilli / 1000,
    thumbnails: await thumbnailsOf(row, id, objects),
    url: address.url,
    url_expires_at: wireTime(address.expiresAtMs),
    favourite: row.favourite,
    tags: tagsOf(row.tags),
    job_id: row.jobId === 0n ? null : formatId('job', row.jobId),
    created_at: wireTime(idTimeMs(row.id)),
    expires_at: wireTimeOrNull(row.expiresAt),
    trashed_at: wireTimeOrNull(row.trashedAt),
  }
}

/** What an address of this file leads to. */
export const fileOf = (row: Pick<AssetRow, 'objectKey' | 'name' | 'contentType'>): ServedFile => ({
  key: row.objectKey,
  name: row.name,
  contentType: row.contentType,
})

/** Tags rest as a JSON list. */
function tagsOf(text: string): string[] {
  const tags: unknown = text === '' ? [] : JSON.parse(text)
  return Array.isArray(tags) ? tags.map(String) : []
}

/** Width and height follow from the ratio: a thumbnail is never wider than its name says, nor than the picture. */
async function thumbnailsOf(
  row: AssetRow,
  id: string,
  objects: ObjectStore,
): Promise<Asset['thumbnails']> {
  const { width, height } = row
  if (width === null || height === null || width === 0) return []
  const stored = thumbnailWidths.filter((_, bit) => (row.thumbs & (1 << bit)) !== 0)
  return Promise.all(
    stored.map(async wanted => {
      const w = Math.min(wanted, width)
      const h = Math.max(1, Math.round((height * w) / width))
      const { url } = await objects.signedGet({
        key: names.objectKeys.thumbnail(id, wanted),
        name: `${row.name}.webp`,
        contentType: 'image/webp',
      })
      return { w, h, url }
    }),
  )
}

/** Bit of a thumbnail's width in `asset.thumbs`; 0 for a width that is none of ours. */
export function thumbnailBit(width: number): number {
  const at = thumbnailWidths.findIndex(known => known === width)
  return at === -1 ? 0 : 1 << at
}

/** How to bring the bytes; nothing to do when the upload is not open any more. */
export async function uploadToWire(row: UploadRow, objects: ObjectStore): Promise<UploadPlan> {
  const base = {
    id: formatId('upload', row.id),
    state: row.state,
    mode: row.mode,
    expires_at: wireTime(row.expiresAt),
  }
  if (row.state !== 'open') return { ...base, parts: [] }
  const plan = await objects.planPut({
    key: row.objectKey,
    sizeBytes: row.sizeBytes,
    contentType: row.contentType,
    sha256: row.sha256.toString('hex'),
  })
  return {
    ...base,
    parts: [{ n: 1, ...plan, headers: { ...plan.headers }, size_bytes: row.sizeBytes }],
  }
}
