/**
 * Who may be addressed, and by whose pages. The Host check ends DNS rebinding (a foreign name that points at
 * 127.0.0.1 would make our cookies and the local owner's rights available to a foreign page); the Origin check ends
 * cross-site requests.
 */
import { problem } from '@bp/contracts/errors'

export interface Places {
  /** Host headers that are served, with port, lower case. */
  readonly hosts: ReadonlySet<string>
  /** Origins whose pages may change things. */
  readonly origins: readonly string[]
}

const loopbackNames = ['127.0.0.1', 'localhost', '[::1]']

/** The places of an instance: its public address, further hosts by name, and loopback by the ports we listen on. */
export function placesOf(config: {
  readonly publicUrl: string
  readonly port: number
  readonly hosts: readonly string[]
}): Places {
  const url = new URL(config.publicUrl)
  const onLoopback = isLoopbackHost(url.host)
  const ports = new Set([config.port, Number(url.port)])
  const local = [...ports].flatMap(port => loopbackNames.map(name => `${name}:${port}`))
  const origins = onLoopback
    ? loopbackNames.map(name => `${url.protocol}//${name}:${url.port}`)
    : [url.origin]
  // Who serves us under a further name serves our pages under it, too.
  const further = config.hosts.map(host => `${url.protocol}//${host}`)
  return {
    hosts: new Set([url.host, ...config.hosts, ...local]),
    origins: [...origins, ...further],
  }
}

export function checkHost(host: string | undefined, places: Places): void {
  if (host !== undefined && places.hosts.has(host.toLowerCase())) return
  throw problem('host_refused', { host: (host ?? '').slice(0, 120) })
}

export function checkOrigin(origin: string | undefined, places: Places): void {
  if (origin !== undefined && places.origins.includes(origin)) return
  throw problem('origin_refused', { origin: (origin ?? 'unknown origin').slice(0, 120) })
}

export const isLoopbackHost = (host: string): boolean =>
  loopbackNames.includes(host.toLowerCase().replace(/:\d+$/, ''))

export const isLoopbackAddress = (address: string | undefined): boolean =>
  address !== undefined &&
  (address === '::1' || address.startsWith('127.') || address.startsWith('::ffff:127.'))
