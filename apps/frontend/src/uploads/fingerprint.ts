/** The sha256 of a file: WebCrypto in one go where there is one and the file is small, else in a worker, in slices. */

/** WebCrypto reads the whole file into memory; above this a worker streams it. */
const wholeBytesMax = 64 * 1024 * 1024

export type WorkerAnswer =
  | { readonly kind: 'progress'; readonly part: number }
  | { readonly kind: 'done'; readonly sha256: string }
  | { readonly kind: 'failed'; readonly message: string }

/** Answers 64 lower-case hex digits. `crypto.subtle` is missing on plain http: there the worker does it. */
export async function fingerprint(
  file: Blob,
  signal: AbortSignal,
  onProgress: (part: number) => void,
): Promise<string> {
  if (file.size <= wholeBytesMax && globalThis.isSecureContext) {
    const digest = await crypto.subtle.digest('SHA-256', await file.arrayBuffer())
    signal.throwIfAborted()
    return Array.from(new Uint8Array(digest), byte => byte.toString(16).padStart(2, '0')).join('')
  }
  const worker = new Worker(new URL('./hash.worker.ts', import.meta.url), { type: 'module' })
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const stop = () => {
    reject(signal.reason)
  }
  signal.addEventListener('abort', stop, { once: true })
  worker.addEventListener('message', (message: MessageEvent<WorkerAnswer>) => {
    const answer = message.data
    if (answer.kind === 'progress') onProgress(answer.part)
    else if (answer.kind === 'done') resolve(answer.sha256)
    else reject(new Error(answer.message))
  })
  worker.addEventListener('error', event => {
    reject(new Error(event.message))
  })
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker has no origin to name
  worker.postMessage(file)
  try {
    return await promise
  } finally {
    signal.removeEventListener('abort', stop)
    worker.terminate()
  }
}
