import type { IncomingMessage } from 'node:http'

/**
 * Whether a request comes from a page of another site: its `Origin` is not the `Host` it asks.
 * A real engine on a loopback address refuses those with an empty 403, so that no web page can queue prompts.
 */
export function isForeignOrigin(request: IncomingMessage): boolean {
  const { host, origin } = request.headers
  if (host === undefined || origin === undefined) return false
  try {
    const from = new URL(origin)
    const to = new URL(`http://${host}`)
    return (
      from.hostname !== to.hostname || (from.port !== '' && to.port !== '' && from.port !== to.port)
    )
  } catch {
    return true
  }
}
