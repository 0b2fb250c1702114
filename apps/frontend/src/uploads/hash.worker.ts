/** Hashes one file in slices, off the page's thread. */
import { createSHA256 } from 'hash-wasm'
import type { WorkerAnswer } from './fingerprint.ts'

const sliceBytes = 8 * 1024 * 1024
const tell = (answer: WorkerAnswer) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker speaks to its page alone
  self.postMessage(answer)
}

self.addEventListener('message', (message: MessageEvent<Blob>) => {
  void hash(message.data)
})

async function hash(file: Blob): Promise<void> {
  try {
    const hasher = await createSHA256()
    for (let at = 0; at < file.size; at += sliceBytes) {
      hasher.update(new Uint8Array(await file.slice(at, at + sliceBytes).arrayBuffer()))
      tell({ kind: 'progress', part: Math.min(1, (at + sliceBytes) / file.size) })
    }
    tell({ kind: 'done', sha256: hasher.digest('hex') })
  } catch (error) {
    tell({ kind: 'failed', message: error instanceof Error ? error.message : String(error) })
  }
}
