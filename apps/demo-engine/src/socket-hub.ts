import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer, type RawData } from 'ws'
import { isRecord } from './graph.ts'

/** Bytes that may wait for a slow reader; beyond, its socket is cut. */
const BUFFERED_BYTES_MAX = 64 * 1024 * 1024
/** Largest message that a client may send. */
const RECEIVED_BYTES_MAX = 4 * 1024 * 1024
/** The binary event of a line of text. */
const TEXT_EVENT = 3

interface Connection {
  readonly socket: WebSocket
  isFirstMessage: boolean
}

/**
 * The sockets of all clients, by client id.
 *
 * As in a real engine, a second socket with the same id takes the first one's place, and when the first closes the id
 * is forgotten: the second then hears nothing any more.
 */
export class SocketHub {
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: RECEIVED_BYTES_MAX })
  readonly #connections = new Map<string, Connection>()
  readonly #features: Record<string, unknown>
  readonly #greeting: (clientId: string) => readonly (readonly [event: string, data: unknown])[]

  constructor(options: {
    readonly features: Record<string, unknown>
    /** What a new client is told at once. */
    readonly greeting: (clientId: string) => readonly (readonly [event: string, data: unknown])[]
  }) {
    this.#features = options.features
    this.#greeting = options.greeting
  }

  /** Takes over a connection that asked for a socket. */
  accept(request: IncomingMessage, socket: Duplex, head: Buffer, clientId: string | null): void {
    this.#server.handleUpgrade(request, socket, head, opened => {
      const id = clientId === null || clientId === '' ? randomUUID().replaceAll('-', '') : clientId
      const connection: Connection = { socket: opened, isFirstMessage: true }
      this.#connections.set(id, connection)
      for (const [event, data] of this.#greeting(id)) this.send(event, data, id)
      opened.on('message', (data, isBinary) => {
        if (!isBinary) this.#receive(id, connection, readText(data))
      })
      opened.on('error', () => opened.terminate())
      opened.on('close', () => this.#connections.delete(id))
    })
  }

  #receive(id: string, connection: Connection, text: string): void {
    let message: unknown
    try {
      message = JSON.parse(text)
    } catch {
      return
    }
    if (connection.isFirstMessage && isRecord(message) && message['type'] === 'feature_flags')
      this.send('feature_flags', this.#features, id)
    connection.isFirstMessage = false
  }

  /** Sends an event to one client, or to all when none is named. */
  send(type: string, data: unknown, clientId?: string): void {
    const text = JSON.stringify({ type, data })
    for (const socket of this.#receivers(clientId)) this.#write(socket, text)
  }

  /** Sends a line of text that belongs to a node. */
  sendText(nodeId: string, text: string, clientId?: string): void {
    const id = Buffer.from(nodeId)
    const header = Buffer.alloc(8)
    header.writeUInt32BE(TEXT_EVENT, 0)
    header.writeUInt32BE(id.length, 4)
    const frame = Buffer.concat([header, id, Buffer.from(text)])
    for (const socket of this.#receivers(clientId)) this.#write(socket, frame)
  }

  #receivers(clientId: string | undefined): readonly WebSocket[] {
    if (clientId === undefined) return [...this.#connections.values()].map(({ socket }) => socket)
    const connection = this.#connections.get(clientId)
    return connection === undefined ? [] : [connection.socket]
  }

  #write(socket: WebSocket, message: string | Buffer): void {
    if (socket.readyState !== WebSocket.OPEN) return
    if (socket.bufferedAmount > BUFFERED_BYTES_MAX) socket.terminate()
    else socket.send(message)
  }

  /** Cuts one client's socket, or all, without a goodbye. */
  cut(clientId?: string): void {
    for (const socket of this.#receivers(clientId)) socket.terminate()
  }
}

function readText(data: RawData): string {
  if (Array.isArray(data)) return Buffer.concat(data).toString('utf8')
  return Buffer.from(data instanceof ArrayBuffer ? new Uint8Array(data) : data).toString('utf8')
}
