import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { portTaken } from './port-owner.ts'

export interface FrontDoor {
  readonly url: string
  readonly port: number
  /** From here on requests are served; before it they wait. */
  open(handle: (request: IncomingMessage, response: ServerResponse) => void): void
  close(): Promise<void>
}

/**
 * One port for pages and API, split by the same rule as the load balancer's: `/api/*` (and `/metrics`) to the backend,
 * the rest to the static files. It listens before they are ready, so that a taken port is told at once.
 */
export async function listenAtFrontDoor(port: number): Promise<FrontDoor> {
  const opened =
    Promise.withResolvers<(request: IncomingMessage, response: ServerResponse) => void>()
  const server = createServer((request, response) => {
    void opened.promise.then(handle => handle(request, response))
  })
  // Long polls and event streams live longer than Node's default request time-out.
  server.requestTimeout = 0
  server.keepAliveTimeout = 125_000
  server.headersTimeout = 130_000
  await listen(server, port)
  const bound = addressOf(server)
  return {
    url: `http://127.0.0.1:${bound}`,
    port: bound,
    open: handle => opened.resolve(handle),
    close: () =>
      new Promise(done => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((done, fail) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      fail(error.code === 'EADDRINUSE' ? portTaken(port, 'BP_PORT') : error),
    )
    server.listen(port, '127.0.0.1', done)
  })
}

function addressOf(server: Server): number {
  const address: string | AddressInfo | null = server.address()
  if (address === null || typeof address === 'string') throw new Error('the front door has no port')
  return address.port
}
