/**
 * The engine's socket: what happens, as it happens. It may lie by silence (one stalled reader elsewhere stops all
 * events), and events missed while away never come again; so it only ever hurries a look at the history.
 *
 * Each connection has a client id of its own: with an id whose old socket is still open, a new one stays deaf.
 */
import { WebSocket, type RawData } from 'ws'
import { reasonOf, type Log } from '../log.ts'
import { backoffMs } from '../waiting.ts'
import { fieldsOf, parseJson, textOf, type Fields } from './json.ts'

export type SocketEvent =
  | { readonly kind: 'opened' }
  | { readonly kind: 'closed' }
  | { readonly kind: 'message'; readonly type: string; readonly data: Fields }
  /** A whole picture or a preview (event 1 of the binary protocol), without the name of its prompt. */
  | { readonly kind: 'picture'; readonly format: 'jpeg' | 'png'; readonly bytes: Uint8Array }

export interface EngineSocket extends Disposable {
  /** Id of the connection that stands; undefined while there is none. A prompt posted with it is reported to it. */
  clientId(): string | undefined
  /** Resolves when a connection stands, or after `withinMs` without one. */
  opened(withinMs: number, signal?: AbortSignal): Promise<void>
  listen(listener: (event: SocketEvent) => void): () => void
}

export interface SocketOptions {
  readonly url: string
  readonly log: Log
  /** Largest frame: SaveImageWebsocket sends whole pictures. Beyond, the connection is cut and made anew. */
  readonly frameBytesMax?: number
}

// A ping tells a dead connection from a quiet one: ComfyUI itself sends no heartbeat.
const pingMs = 15_000
const reconnectMsFirst = 100
const reconnectMsMost = 1_000

/** Connects, and connects again for as long as it is not disposed. */
export function engineSocket(options: SocketOptions): EngineSocket {
  const listeners = new Set<(event: SocketEvent) => void>()
  let current: { readonly socket: WebSocket; readonly clientId: string } | undefined
  let isOpen = false
  let isDisposed = false
  let tries = 0
  let retry: NodeJS.Timeout | undefined

  const tell = (event: SocketEvent) => {
    for (const listener of listeners) listener(event)
  }

  const connect = () => {
    const clientId = crypto.randomUUID().replaceAll('-', '')
    const socket = new WebSocket(`${options.url.replace(/^http/, 'ws')}/ws?clientId=${clientId}`, {
      perMessageDeflate: false,
      maxPayload: options.frameBytesMax ?? 268_435_456,
      handshakeTimeout: 5_000,
    })
    current = { socket, clientId }
    let isAlive = true
    const ping = setInterval(() => {
      if (!isAlive) return socket.terminate()
      isAlive = false
      if (isOpen) socket.ping()
    }, pingMs)
    socket.on('pong', () => {
      isAlive = true
    })
    socket.on('open', () => {
      isOpen = true
      tries = 0
      // Must be the first message; without it previews do not name their prompt.
      socket.send(
        JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } }),
      )
      tell({ kind: 'opened' })
    })
    socket.on('message', (data, isBinary) => {
      isAlive = true
      const bytes = bytesOf(data)
      const event = isBinary ? binaryEvent(bytes) : textEvent(bytes)
      if (event !== undefined) tell(event)
    })
    socket.on('error', error => {
      if (tries === 0) options.log.warn('engine.socket', { reason: reasonOf(error) })
    })
    socket.on('close', () => {
      clearInterval(ping)
      const wasOpen = isOpen
      isOpen = false
      current = undefined
      if (isDisposed) return
      if (wasOpen) tell({ kind: 'closed' })
      retry = setTimeout(connect, backoffMs(tries++, reconnectMsFirst, reconnectMsMost))
    })
  }
  connect()

  return {
    clientId: () => (isOpen ? current?.clientId : undefined),
    opened: async (withinMs, signal) => {
      if (isOpen) return
      const { promise, resolve } = Promise.withResolvers<void>()
      const done = () => resolve()
      const timer = setTimeout(done, withinMs)
      const listener = (event: SocketEvent) => {
        if (event.kind === 'opened') done()
      }
      listeners.add(listener)
      signal?.addEventListener('abort', done, { once: true })
      await promise
      clearTimeout(timer)
      listeners.delete(listener)
      signal?.removeEventListener('abort', done)
    },
    listen: listener => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    [Symbol.dispose]: () => {
      isDisposed = true
      clearTimeout(retry)
      current?.socket.terminate()
      listeners.clear()
    },
  }
}

function bytesOf(data: RawData): Buffer {
  if (Buffer.isBuffer(data)) return data
  return Array.isArray(data) ? Buffer.concat(data) : Buffer.from(data)
}

function textEvent(bytes: Buffer): SocketEvent | undefined {
  const message = fieldsOf(parseJson(bytes.toString('utf8')))
  const type = textOf(message['type'])
  return type === '' ? undefined : { kind: 'message', type, data: fieldsOf(message['data']) }
}

/** Only event 1 carries a picture of its own worth: `uint32 event, uint32 format (1 JPEG, 2 PNG), bytes`. Event 4 is a preview with its prompt's name, event 3 text. */
export function binaryEvent(bytes: Buffer): SocketEvent | undefined {
  if (bytes.length < 8 || bytes.readUInt32BE(0) !== 1) return undefined
  return {
    kind: 'picture',
    format: bytes.readUInt32BE(4) === 2 ? 'png' : 'jpeg',
    bytes: bytes.subarray(8),
  }
}
