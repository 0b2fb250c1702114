/** Brings one file: announce → bytes → complete. Files that are here already travel no second time. */
import type { Asset, UploadPlan } from '@bp/contracts/shapes/assets'
import type { Client } from './client.ts'
import { ApiProblem, NetworkProblem, readProblem } from './problems.ts'

/** The bytes, or a function that opens them anew (each try reads from the start). */
type FileBytes =
  | Blob
  | Uint8Array<ArrayBuffer>
  | (() => ReadableStream<Uint8Array> | Promise<ReadableStream<Uint8Array>>)

export interface FileToBring {
  readonly bytes: FileBytes
  /** 64 lower-case hex digits. */
  readonly sha256: string
  readonly sizeBytes: number
  readonly contentType: string
  readonly name: string
  /** Sends the bytes; a page gives one that tells progress by XMLHttpRequest. */
  readonly fetch?: typeof globalThis.fetch
  /** 0 … 1: known only at the steps, unless the given `fetch` knows better. */
  readonly onProgress?: (part: number) => void
  readonly signal?: AbortSignal
}

const triesMax = 3
const putMsMax = 600_000
/** "It is there already": If-None-Match said so; the bytes are the same by their hash. */
const alreadyThere = 412

/**
 * Brings a file and answers its asset. Throws what the client throws; a refused PUT (wrong length or hash) is an
 * `ApiProblem`. An address that has expired is asked for anew; each upload is tried three times at most.
 */
export async function bringFile(client: Client, file: FileToBring): Promise<Asset> {
  const options = file.signal === undefined ? {} : { signal: file.signal }
  file.onProgress?.(0)
  const answer = await client.assets.upload({
    body: {
      sha256: file.sha256,
      size_bytes: file.sizeBytes,
      content_type: file.contentType,
      name: file.name,
    },
    ...options,
  })
  if (answer.asset !== null) {
    file.onProgress?.(1)
    return answer.asset
  }
  if (answer.upload === null)
    throw new NetworkProblem('broken', 'The upload was answered with neither a file nor a plan.')

  let plan: UploadPlan = answer.upload
  for (let attempt = 1; ; attempt++) {
    try {
      for (const part of plan.parts) await put(file, part)
      break
    } catch (error) {
      if (file.signal?.aborted) throw file.signal.reason
      if (attempt === triesMax || !mayHelp(error)) throw error
      plan = await client.assets.uploadState({ params: { id: plan.id }, ...options })
      if (plan.state !== 'open') break // an earlier try arrived after all
    }
  }
  const asset = await client.assets.uploadComplete({ params: { id: plan.id }, ...options })
  file.onProgress?.(1)
  return asset
}

async function put(file: FileToBring, part: UploadPlan['parts'][number]): Promise<void> {
  const fetch = file.fetch ?? ((input, init) => globalThis.fetch(input, init))
  const limit = AbortSignal.timeout(putMsMax)
  const body = typeof file.bytes === 'function' ? await file.bytes() : file.bytes
  let response: Response
  try {
    response = await fetch(part.url, {
      method: part.method,
      headers: headersToSend(part.headers),
      body,
      signal: file.signal === undefined ? limit : AbortSignal.any([file.signal, limit]),
      credentials: 'omit', // the address is the credential
      ...(typeof file.bytes === 'function' ? { duplex: 'half' } : {}),
    })
  } catch (error) {
    if (file.signal?.aborted) throw file.signal.reason
    throw new NetworkProblem(
      limit.aborted ? 'timeout' : 'unreachable',
      'The file could not be sent.',
      error,
    )
  }
  if (response.ok || response.status === alreadyThere) {
    await response.body?.cancel()
    return
  }
  throw await readProblem(response)
}

/** A browser sets the length itself and refuses to be told. */
function headersToSend(headers: Readonly<Record<string, string>>): Record<string, string> {
  const isBrowser = 'document' in globalThis
  return Object.fromEntries(
    Object.entries(headers).filter(
      ([name]) => !isBrowser || name.toLowerCase() !== 'content-length',
    ),
  )
}

/** A fresh address helps against an expired one (403), a repeat against a broken line or a hiccup. */
function mayHelp(error: unknown): boolean {
  if (error instanceof NetworkProblem) return true
  return error instanceof ApiProblem && (error.status === 403 || error.status >= 500)
}
