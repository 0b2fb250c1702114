/**
 * Where the bytes of files rest. The backend hands out plans and addresses; bytes go between caller and store.
 * One contract suite (`object-store.contract.test.ts`) runs against every implementation.
 */
import type { Readable } from 'node:stream'

export interface ObjectHead {
  readonly sizeBytes: number
  /** Hex, of the whole object. */
  readonly sha256: string
  readonly contentType: string
}

/** What is about to be brought. The store refuses any other bytes. */
export interface PutRequest {
  readonly key: string
  readonly sizeBytes: number
  readonly contentType: string
  readonly sha256: string
}

/** Send the bytes by PUT to `url` with exactly these headers. 412 means: already there, done. */
export interface PutPlan {
  readonly method: 'PUT'
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export interface SignedAddress {
  readonly url: string
  readonly expiresAtMs: number
}

/** First and last byte, both included. */
export interface ByteRange {
  readonly first: number
  readonly last: number
}

/** A stored file as somebody is to see it. */
export interface ServedFile {
  readonly key: string
  /** What it is saved as. */
  readonly name: string
  /** Says whether a browser may show it: see `disposition.ts`. */
  readonly contentType: string
}

export interface ObjectStore {
  /** The origin of all addresses that are read: what a page must allow for media. */
  readonly origin: string
  /** The origin that bytes are sent to: what a page must allow for uploads. */
  readonly uploadOrigin: string
  planPut(request: PutRequest): Promise<PutPlan>
  /** Undefined when there is no such object. */
  head(key: string): Promise<ObjectHead | undefined>
  /** A stream of the object or of a part of it; undefined when there is no such object. */
  read(key: string, range?: ByteRange): Promise<Readable | undefined>
  /** Removing what is not there is no error. */
  remove(key: string): Promise<void>
  /** Expiry is rounded up to whole windows of `limits.signedUrlMs`, so that the same file keeps its address and caches hit. */
  signedGet(file: ServedFile): Promise<SignedAddress>
  /** Address of public media (`effects/…` only), relative to `origin`; good for half an hour at least. */
  publicPath(key: string): Promise<string>
  /** Stores bytes of our own: effect media, thumbnails. An object that is there already stays. */
  putBytes(key: string, contentType: string, bytes: Uint8Array): Promise<void>
}

/** Keys are data: text of ours with a bound, without control characters. Whether a key is a path is the store's affair. */
export function isObjectKey(key: string): boolean {
  return key.length > 0 && key.length <= 255 && /^[A-Za-z0-9][A-Za-z0-9._/-]*$/.test(key)
}

/**
 * A file name that may stand in a key: letters, digits, dot, dash, underscore; at most 100 characters.
 * Names come from callers and engines, so nothing of them is trusted.
 */
export function keySafeName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replaceAll(/[^A-Za-z0-9._-]+/g, '_')
    .replaceAll(/\.{2,}/g, '.')
    .replace(/^[._-]+/, '')
  return plain.slice(-100).replace(/^[._-]+/, '') || 'file'
}

/** A MIME type that may stand in a header; whatever else a worker or caller calls a file is bytes to us. */
export function safeContentType(contentType: string): string {
  return /^[a-z]+\/[a-z0-9][a-z0-9.+-]{0,80}$/i.test(contentType)
    ? contentType.toLowerCase()
    : 'application/octet-stream'
}
