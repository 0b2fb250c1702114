import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http'
import { connect } from 'node:net'

/**
 * What a name server would do. Names of AWS lead to the emulator's load balancers: a process that has this as its HTTP
 * proxy calls `http://bp-….elb.amazonaws.com` as it stands, and the emulator finds the load balancer by that name.
 */
export interface FrontDoor extends AsyncDisposable {
  /** For `HTTP_PROXY`. */
  readonly url: string
  /** Where the emulator is; before that nobody is let through. */
  leadTo(emulatorUrl: string): void
}

/** Opens the proxy on a free loopback port. It leads to the emulator and nowhere else. */
export async function openFrontDoor(): Promise<FrontDoor> {
  let emulator = new URL('http://127.0.0.1:1')
  const server = createServer((asked, answer) => {
    const wanted = URL.parse(asked.url ?? '')
    if (wanted === null || !wanted.hostname.endsWith('.elb.amazonaws.com'))
      return refuse(answer, `only names of load balancers are known here, not ${asked.url}`)
    const onward = request(
      {
        host: emulator.hostname,
        port: emulator.port,
        method: asked.method,
        path: `${wanted.pathname}${wanted.search}`,
        headers: { ...withoutHops(asked), host: wanted.host },
      },
      incoming => {
        answer.writeHead(incoming.statusCode ?? 502, incoming.headers)
        incoming.pipe(answer)
      },
    )
    onward.on('error', error => refuse(answer, error.message))
    answer.on('close', () => onward.destroy())
    asked.pipe(onward)
  })
  // A client may ask for a tunnel where a plain request would do; it leads to the same place.
  server.on('connect', (asked, socket, head) => {
    if (!(asked.url ?? '').includes('.elb.amazonaws.com')) {
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n')
      return
    }
    const onward = connect(Number(emulator.port), emulator.hostname, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n')
      onward.write(head)
      onward.pipe(socket)
      socket.pipe(onward)
    })
    onward.on('error', () => socket.destroy())
    socket.on('error', () => onward.destroy())
  })
  server.requestTimeout = 0
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a port was expected')
  return {
    url: `http://127.0.0.1:${address.port}`,
    leadTo: emulatorUrl => {
      emulator = new URL(emulatorUrl)
    },
    [Symbol.asyncDispose]: async () => {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}

/** The proxy's own headers end here. */
function withoutHops(asked: IncomingMessage): IncomingMessage['headers'] {
  const headers = { ...asked.headers }
  delete headers['proxy-connection']
  delete headers['proxy-authorization']
  return headers
}

function refuse(answer: ServerResponse, why: string): void {
  if (!answer.headersSent) answer.writeHead(502, { 'content-type': 'text/plain' })
  answer.end(`${why}\n`)
}
