/** The object store of a single machine: a folder, and a listener of its own port, which is its own origin. */
import { createHash } from 'node:crypto'
import { limits } from '@bp/contracts/limits'
import type { ObjectStore } from '../object-store.ts'
import { windowOf } from '../windows.ts'
import { startFilesListener, type ListenerLog } from './files-listener.ts'
import { openObjectFolder } from './object-folder.ts'
import { signFacts } from './signature.ts'

export interface LocalObjectStoreOptions {
  readonly folder: string
  /** Key of the signatures; the same after a restart, or addresses that are out become void. */
  readonly secret: Uint8Array
  readonly host: string
  /** 0 takes a free one. */
  readonly port: number
  /** How others reach the listener; computed from host and port when absent. */
  readonly publicOrigin?: string
  /** Origins of the web app: only their pages may read and upload across origins. */
  readonly appOrigins: readonly string[]
  readonly nowMs: () => number
  readonly log: ListenerLog
}

export interface LocalObjectStore extends ObjectStore, AsyncDisposable {
  readonly port: number
}

/** Opens folder and listener. Disposing ends the listener; transfers under way are cut and leave nothing. */
export async function openLocalObjectStore(
  options: LocalObjectStoreOptions,
): Promise<LocalObjectStore> {
  const folder = await openObjectFolder(options.folder)
  const listener = await startFilesListener({
    folder,
    secret: options.secret,
    host: options.host,
    port: options.port,
    appOrigins: options.appOrigins,
    nowMs: options.nowMs,
    log: options.log,
  })
  const origin = options.publicOrigin ?? listener.origin

  const address = (key: string, query: Readonly<Record<string, string>>): string =>
    `${origin}/files/${key.split('/').map(encodeURIComponent).join('/')}?${new URLSearchParams(query).toString()}`

  return {
    origin,
    uploadOrigin: origin,
    port: listener.port,
    planPut: async request => {
      const headers = {
        'content-length': String(request.sizeBytes),
        'content-type': request.contentType,
        'if-none-match': '*',
        'x-amz-checksum-sha256': Buffer.from(request.sha256, 'hex').toString('base64'),
      }
      const expiresAtMs = options.nowMs() + limits.signedUrlMs
      const signature = signFacts(options.secret, {
        method: 'PUT',
        key: request.key,
        name: '',
        expiresAtMs,
        headers,
      })
      return {
        method: 'PUT',
        url: address(request.key, { expires: String(expiresAtMs), signature }),
        headers,
      }
    },
    head: key => folder.head(key),
    read: async (key, range) =>
      (await folder.head(key)) === undefined ? undefined : folder.read(key, range),
    remove: key => folder.remove(key),
    signedGet: async file => {
      const { key } = file
      // Half a surrogate pair would come back from the address as another character, and the signature with it.
      const name = file.name.toWellFormed()
      const { expiresAtMs } = windowOf(options.nowMs())
      const signature = signFacts(options.secret, {
        method: 'GET',
        key,
        name,
        expiresAtMs,
        headers: {},
      })
      return {
        url: address(key, { expires: String(expiresAtMs), name, signature }),
        expiresAtMs,
      }
    },
    publicPath: async key => `/public/${key}`,
    putBytes: async (key, contentType, bytes) => {
      await folder.store(
        {
          key,
          contentType,
          sizeBytes: bytes.byteLength,
          sha256: createHash('sha256').update(bytes).digest('hex'),
        },
        once(bytes),
      )
    },
    [Symbol.asyncDispose]: () => listener[Symbol.asyncDispose](),
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
