import { createHash, createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { fleetSignatureSkewMs, signFleetCall, verifyFleetCall } from './fleet-signature.ts'

const secret = 'a-fleet-secret-of-tests'
const call = { method: 'POST', path: '/api/internal/fleets/production/a/drain', body: '{"x":1}' }
const nowMs = 1_790_000_000_000
const bodyHash = createHash('sha256').update(call.body).digest('hex')

describe('the signature of the fallback', () => {
  it('is an ordinary HMAC-SHA-256 over method, path, time and body', async () => {
    const signature = createHmac('sha256', secret)
      .update(`bp-fleet-call-1\nPOST\n${call.path}\n${nowMs}\n${bodyHash}`)
      .digest('hex')
    expect(await signFleetCall(secret, call, nowMs)).toBe(
      `BP-Fleet ${nowMs}.${bodyHash}.${signature}`,
    )
  })

  it('fits for two minutes to both sides, and names the body it was made for', async () => {
    const header = await signFleetCall(secret, call, nowMs)
    for (const offMs of [-fleetSignatureSkewMs, 0, fleetSignatureSkewMs])
      expect(await verifyFleetCall(secret, header, call, nowMs + offMs)).toEqual({ bodyHash })
    for (const offMs of [-fleetSignatureSkewMs - 1, fleetSignatureSkewMs + 1])
      expect(await verifyFleetCall(secret, header, call, nowMs + offMs)).toBeUndefined()
  })

  it('fits nothing else', async () => {
    const header = await signFleetCall(secret, call, nowMs)
    const check = (given: string | undefined, asked: Partial<typeof call> = {}, key = secret) =>
      verifyFleetCall(key, given, { ...call, ...asked }, nowMs)
    expect(await check(header, { method: 'GET' })).toBeUndefined()
    expect(
      await check(header, { path: call.path.replace('production', 'staging') }),
    ).toBeUndefined()
    expect(await check(header, {}, `${secret}x`)).toBeUndefined()
    expect(await check(header.replace(bodyHash, '0'.repeat(64)))).toBeUndefined()
    expect(await check(header.replace(String(nowMs), String(nowMs + 1)))).toBeUndefined()
    for (const odd of [undefined, '', 'Bearer x', `${header}0`, `x${header}`, header.toUpperCase()])
      expect(await check(odd)).toBeUndefined()
  })
})
