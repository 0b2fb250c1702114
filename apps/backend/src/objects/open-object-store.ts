import { join } from 'node:path'
import type { BackendConfig } from '../config/config.ts'
import { deriveKey, type BackendSecrets } from '../config/secrets.ts'
import type { Log } from '../log.ts'
import { openLocalObjectStore } from './local/local-object-store.ts'
import type { ObjectStore } from './object-store.ts'

export interface ObjectStoreSurroundings {
  readonly config: BackendConfig
  readonly secrets: BackendSecrets
  /** Origins of the web app. A bucket has them in its own CORS rules. */
  readonly appOrigins: readonly string[]
  readonly nowMs: () => number
  readonly log: Log
}

/** The store that the configuration names. The SDK of S3 is loaded only where there is a bucket. */
export async function openObjectStore({
  config,
  secrets,
  appOrigins,
  nowMs,
  log,
}: ObjectStoreSurroundings): Promise<ObjectStore & AsyncDisposable> {
  const { media } = config
  if (media === undefined)
    return openLocalObjectStore({
      folder: join(config.dataFolder, 'objects'),
      secret: deriveKey(secrets.appKey, 'files'),
      host: config.host,
      port: config.filesPort,
      ...(config.filesUrl === undefined ? {} : { publicOrigin: config.filesUrl }),
      appOrigins,
      nowMs,
      log,
    })
  const { openS3ObjectStore } = await import('./s3/s3-object-store.ts')
  const { mediaPrivateKey: privateKey } = secrets
  const cdn =
    media.cdn === undefined || privateKey === undefined ? undefined : { ...media.cdn, privateKey }
  return openS3ObjectStore({ bucket: media.bucket, cdn, nowMs })
}
