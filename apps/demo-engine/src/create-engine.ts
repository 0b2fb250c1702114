import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Executor } from './executor.ts'
import { noFaults, type Faults } from './faults.ts'
import { openFolders } from './folders.ts'
import { isForeignOrigin } from './http/origin.ts'
import { answer, FEATURES, queueInfo, type RouteParts } from './http/routes.ts'
import { limitLoaders } from './images/codec.ts'
import { nodeClasses } from './nodes/registry.ts'
import { PromptQueue } from './prompt-queue.ts'
import { SocketHub } from './socket-hub.ts'

/** How an engine is made. */
export interface EngineOptions {
  /** Folder with `input/`, `output/` and `temp/`; made when absent. Each engine needs its own. */
  readonly baseDirectory: string
  /** 0 takes a free one. */
  readonly port?: number
  readonly host?: string
  /** What goes wrong on purpose from the start. */
  readonly faults?: Partial<Faults>
  /** Lets POST /__faults switch faults while the engine runs. For tests only. */
  readonly allowFaults?: boolean
  readonly log?: (line: string) => void
  /** What the fault `crash` does; by default the engine cuts all connections and answers nothing any more. */
  readonly onCrash?: () => void
}

/** A running engine. */
export interface Engine {
  readonly url: string
  /** The faults of this engine; changing a number switches it. */
  readonly faults: Faults
  readonly close: () => Promise<void>
}

/** Starts a ComfyUI-compatible engine and resolves when it listens. */
export async function createEngine(options: EngineOptions): Promise<Engine> {
  limitLoaders()
  const folders = await openFolders(options.baseDirectory)
  const faults: Faults = { ...noFaults(), ...options.faults }
  const log = options.log ?? (() => {})

  const queue: PromptQueue = new PromptQueue(() =>
    sockets.send('status', { status: queueInfo(queue) }),
  )
  const sockets: SocketHub = new SocketHub({
    features: FEATURES,
    greeting: clientId => {
      const node = executor.runningNodeFor(clientId)
      const status = ['status', { status: queueInfo(queue), sid: clientId }] as const
      return node === undefined ? [status] : [status, ['executing', { node }]]
    },
  })
  const crash = (): void => {
    executor.stop()
    sockets.cut()
    server.closeAllConnections()
    server.close()
  }
  const classes = nodeClasses
  const executor = new Executor({
    queue,
    sockets,
    classes,
    folders,
    faults,
    log,
    onCrash: options.onCrash ?? crash,
  })
  const parts: RouteParts = {
    queue,
    classes,
    folders,
    faults,
    executor,
    allowFaults: options.allowFaults ?? false,
    log,
    nextNumber: 0,
  }

  const server = createServer((request, response) => void answer(parts, request, response))
  server.on('upgrade', (request, socket, head) => {
    const url = new URL(request.url ?? '/', 'http://engine')
    if (!/^(\/api)?\/ws$/.test(url.pathname) || isForeignOrigin(request)) {
      socket.end(
        `HTTP/1.1 ${isForeignOrigin(request) ? '403 Forbidden' : '404 Not Found'}\r\nconnection: close\r\n\r\n`,
      )
      return
    }
    sockets.accept(request, socket, head, url.searchParams.get('clientId'))
  })
  const host = options.host ?? '127.0.0.1'
  const port = await listen(server, options.port ?? 0, host)

  const looping = executor.loop().catch((error: unknown) => {
    log(
      `Exception in thread prompt_worker: ${error instanceof Error ? error.message : String(error)}`,
    )
  })
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${port}`,
    faults,
    close: async () => {
      executor.stop()
      sockets.cut()
      const closed = new Promise<void>(resolve => server.close(() => resolve()))
      server.closeAllConnections()
      await Promise.all([closed, looping])
    },
  }
}

async function listen(
  server: ReturnType<typeof createServer>,
  port: number,
  host: string,
): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
  const address: AddressInfo | string | null = server.address()
  if (address === null || typeof address === 'string')
    throw new Error('the server listens on no port')
  return address.port
}
