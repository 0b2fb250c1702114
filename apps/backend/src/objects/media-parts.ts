import type { MediaConfig } from '../config/media.ts'
import type { Part } from '../health.ts'

/** What `/api/ready` says of the way that people take to files in S3; nothing where files rest in the data folder. */
export function mediaParts(media: MediaConfig | undefined): readonly Part[] {
  if (media === undefined) return []
  const { cdn, lacksKey } = media
  const text = lacksKey
    ? 'A CDN is there and its signing key is not: links lead to the bucket. Bring the key by `bp secrets sync`.'
    : `Links lead to the ${cdn === undefined ? 'bucket' : 'CDN'}.`
  return [{ name: 'media', status: lacksKey ? 'warn' : 'ok', text }]
}
