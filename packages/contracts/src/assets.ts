/** An asset is a file, known by its sha256: an upload or a job's output. */
import { closedList } from './closed-list.ts'

export const assetShelves = closedList('asset shelf', {
  pending: 0,
  results: 1,
  uploads: 2,
  trash: 3,
  purging: 4,
  gone: 5,
})
export type AssetShelf = (typeof assetShelves.words)[number]

export const assetKinds = closedList('asset kind', {
  image: 1,
  video: 2,
  audio: 3,
  model3d: 4,
  text: 5,
  latent: 6,
  file: 7,
})
export type AssetKind = (typeof assetKinds.words)[number]

export const assetSources = closedList('asset source', { upload: 1, output: 2, import: 3 })

/** Bits of `asset.thumbs`: which widths exist at `thumbs/<asset>/<w>.webp`. */
export const thumbnailWidths = [256, 640, 1280] as const

export const uploadPurposes = closedList('upload purpose', { asset: 1, model: 2 })
export const uploadModes = closedList('upload mode', { single: 1, multipart: 2, stream: 3 })
export const uploadStates = closedList('upload state', {
  open: 0,
  verifying: 1,
  ready: 2,
  failed: 3,
  aborted: 4,
})
export type UploadState = (typeof uploadStates.words)[number]

/** MIME types that a picture input may have. SVG is no picture here: it is a program. */
export const imageTypes = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'] as const
/** Types that the file origin shows inline; everything else is sent as a download. */
export const inlineTypes: readonly string[] = [
  ...imageTypes,
  'image/avif',
  'video/mp4',
  'video/webm',
  'audio/mpeg',
  'audio/wav',
  'audio/ogg',
  'audio/flac',
  'text/plain',
]
