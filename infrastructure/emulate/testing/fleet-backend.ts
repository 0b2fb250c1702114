import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { text } from 'node:stream/consumers'
import { hashFleetBody, verifyFleetCall } from '@bp/contracts/fleet-signature'
import { paths } from '@bp/contracts/paths'
import { DrainMachine, FleetMachines, MachineDrained } from '@bp/contracts/shapes/fleets'

export interface FleetBackend extends AsyncDisposable {
  readonly port: number
  /** What it tells of the fleet; a test changes it on the way. */
  machines: FleetMachines
  /** The instances that somebody asked to drain. */
  readonly drained: readonly string[]
}

/** The two internal routes of the backend that the scale-to-zero Lambda asks, with their real signature check. */
export async function startFleetBackend(
  secret: string,
  machines: FleetMachines,
): Promise<FleetBackend> {
  const drained: string[] = []

  async function answer(request: IncomingMessage): Promise<{ status: number; content: unknown }> {
    const body = await text(request)
    const { method = '', url: path = '', headers } = request
    const call = { method, path }
    const signed = await verifyFleetCall(secret, headers.authorization, call, Date.now())
    if (signed?.bodyHash !== (await hashFleetBody(new TextEncoder().encode(body))))
      return { status: 401, content: {} }
    if (method === paths['fleets.machines'].method)
      return { status: 200, content: FleetMachines.parse(backend.machines) }
    const { instance } = DrainMachine.parse(JSON.parse(body))
    const worker = backend.machines.workers.find(one => one.instance === instance)
    const isBusy = (worker?.leases ?? 0) > 0
    if (!isBusy) drained.push(instance)
    return { status: 200, content: MachineDrained.parse({ result: isBusy ? 'busy' : 'drained' }) }
  }

  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { status, content } = await answer(request).catch((error: unknown) => ({
      status: 500,
      content: String(error),
    }))
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(content))
  }

  const server = createServer((request, response) => {
    void respond(request, response)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('a port was expected')
  const backend: FleetBackend = {
    port: address.port,
    machines,
    drained,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return backend
}
