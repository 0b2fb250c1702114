/**
 * How the fallback proves who it is: an HMAC with the stage's fleet secret over method, path, body and time. The secret
 * itself never crosses the wire, and a call that somebody overheard is worthless two minutes later.
 * Both sides use this file, by the Web Crypto that browsers and Node share.
 *
 *   Authorization: BP-Fleet <Unix ms>.<SHA-256 of the body, hex>.<HMAC-SHA-256, hex>
 */
export interface FleetCall {
  readonly method: string
  /** Path and query, as they stand in the request line. */
  readonly path: string
  /** The exact bytes of the body; empty where there is none. */
  readonly body: string
}

/** How far the two clocks may be apart. */
export const fleetSignatureSkewMs = 120_000

const encoder = new TextEncoder()
const shape = /^BP-Fleet (\d{1,15})\.([0-9a-f]{64})\.([0-9a-f]{64})$/

/** The value of the Authorization header for a call made now. */
export async function signFleetCall(
  secret: string,
  call: FleetCall,
  nowMs: number,
): Promise<string> {
  const bodyHash = await hashFleetBody(encoder.encode(call.body))
  const text = encoder.encode(signedText(call.method, call.path, nowMs, bodyHash))
  const signature = await crypto.subtle.sign('HMAC', await keyOf(secret, 'sign'), text)
  return `BP-Fleet ${nowMs}.${bodyHash}.${hex(signature)}`
}

/**
 * Checks a header before the body is read. Answers the hash that the body must have; undefined when the header is no
 * signature, does not fit, or is too old or too new. The comparison takes the same time whatever is wrong.
 */
export async function verifyFleetCall(
  secret: string,
  header: string | undefined,
  call: Omit<FleetCall, 'body'>,
  nowMs: number,
): Promise<{ readonly bodyHash: string } | undefined> {
  const [, time = '', bodyHash = '', signature = ''] = shape.exec(header ?? '') ?? []
  if (signature === '') return undefined
  const timeMs = Number(time)
  const fits = await crypto.subtle.verify(
    'HMAC',
    await keyOf(secret, 'verify'),
    bytes(signature),
    encoder.encode(signedText(call.method, call.path, timeMs, bodyHash)),
  )
  return fits && Math.abs(nowMs - timeMs) <= fleetSignatureSkewMs ? { bodyHash } : undefined
}

/** SHA-256 in hex. */
export const hashFleetBody = async (body: Uint8Array<ArrayBuffer>): Promise<string> =>
  hex(await crypto.subtle.digest('SHA-256', body))

// The first line keeps this apart from anything else that the secret may ever sign.
const signedText = (method: string, path: string, timeMs: number, bodyHash: string): string =>
  ['bp-fleet-call-1', method, path, String(timeMs), bodyHash].join('\n')

const keyOf = (secret: string, use: 'sign' | 'verify') =>
  crypto.subtle.importKey('raw', encoder.encode(secret), { name: 'HMAC', hash: 'SHA-256' }, false, [
    use,
  ])

const hex = (buffer: ArrayBuffer): string =>
  Array.from(new Uint8Array(buffer), byte => byte.toString(16).padStart(2, '0')).join('')

const bytes = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from({ length: text.length / 2 }, (_, at) =>
    Number.parseInt(text.slice(2 * at, 2 * at + 2), 16),
  )
