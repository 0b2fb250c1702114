/** The two routes of the fallback: what it learns of a fleet, and that it can drain only what holds nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { signFleetCall } from '@bp/contracts/fleet-signature'
import type { FleetMachines, MachineDrained } from '@bp/contracts/shapes/fleets'
import { scaleLoop } from '../../fleet/scale.ts'
import { createLeader } from '../../loops/leader.ts'
import { startFakeWorker } from '../../testing/fake-worker.ts'
import { fleetSecret, openTestBackend, type TestBackend } from '../../testing/test-backend.ts'

const fleetPath = '/api/internal/fleets/production/local'
const drainPath = `${fleetPath}/drain`

describe('the fallback', () => {
  let test: TestBackend
  beforeAll(async () => {
    test = await openTestBackend()
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const signed = async <Body = Record<string, unknown>>(
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    more: { readonly offMs?: number; readonly secret?: string; readonly sent?: string } = {},
  ) => {
    const text = body === undefined ? '' : JSON.stringify(body)
    const authorization = await signFleetCall(
      more.secret ?? fleetSecret,
      { method, path, body: text },
      Date.now() + (more.offMs ?? 0),
    )
    return test.call<Body>(method, path, {
      headers: { authorization },
      ...(body === undefined ? {} : { body: more.sent ?? text }),
    })
  }
  const look = async () => (await signed<FleetMachines>('GET', fleetPath)).body
  const drain = async (instance: string) =>
    (await signed<MachineDrained>('POST', drainPath, { instance })).body.result

  it('drains what is idle, leaves what is busy as it is, and knows what it does not know', async () => {
    const busy = await startFakeWorker(test, { instance: 'i-busy' })
    await test.submitBlur(test.owner)
    const lease = await busy.lease()
    await startFakeWorker(test, { instance: 'i-idle' })
    const before = await look()
    expect(before.leases).toBe(1)
    expect(before.waiting).toBe(0)
    expect(before.workers).toEqual(
      expect.arrayContaining([
        { instance: 'i-busy', state: 'ready', leases: 1 },
        { instance: 'i-idle', state: 'ready', leases: 0 },
      ]),
    )

    expect(await drain('i-busy')).toBe('busy')
    expect(await drain('i-idle')).toBe('drained')
    expect(await drain('i-idle')).toBe('drained')
    expect(await drain('i-nobody')).toBe('unknown')
    expect((await look()).workers).toEqual(
      expect.arrayContaining([
        { instance: 'i-busy', state: 'ready', leases: 1 },
        { instance: 'i-idle', state: 'drained', leases: 0 },
      ]),
    )

    // The busy one was not touched: it ends its job as if nobody had asked.
    const done = await busy.complete(lease, [await busy.bring(lease)])
    expect(done.body.leases).toMatchObject([{ verdict: 'accepted' }])
    expect(await drain('i-busy')).toBe('drained')
  })

  it('tells how long ago the scaler was able', async () => {
    expect((await look()).scaler_age_ms).toBeNull()
    const leader = createLeader(test.backend.context.store, scaleLoop, 'tests')
    await leader.ticked()
    expect((await look()).scaler_age_ms).toBeNull()
    expect(await leader.lead()).toBe(true)
    await leader.ticked()
    expect((await look()).scaler_age_ms).toBeLessThan(90_000)
    await leader.resign()
  })

  it('knows no other fleet', async () => {
    const staging = await signed('GET', '/api/internal/fleets/staging/local')
    expect(staging.body).toMatchObject({ status: 404, code: 'not_found' })
    const odd = await signed('POST', '/api/internal/fleets/nowhere/local/drain', { instance: 'x' })
    // A stage that is none has no secret, so no signature of it is right.
    expect(odd.body).toMatchObject({ status: 401, code: 'fleet_signature_wrong' })
  })

  it('is refused with another secret, at another time, for another call or another body', async () => {
    const refused = { status: 401, code: 'fleet_signature_wrong' }
    const body = { instance: 'i-idle' }
    expect((await signed('GET', fleetPath, undefined, { secret: 'guessed' })).body).toMatchObject(
      refused,
    )
    for (const offMs of [-125_000, 125_000])
      expect((await signed('POST', drainPath, body, { offMs })).body).toMatchObject(refused)
    const sent = JSON.stringify({ instance: 'i-busy' })
    expect((await signed('POST', drainPath, body, { sent })).body).toMatchObject(refused)

    const authorization = await signFleetCall(
      fleetSecret,
      { method: 'GET', path: fleetPath, body: '' },
      Date.now(),
    )
    for (const path of [`${fleetPath}?x=1`, '/api/internal/fleets/staging/local'])
      expect((await test.call('GET', path, { headers: { authorization } })).body).toMatchObject(
        refused,
      )
  })

  it('takes a body of its shape only, and no large one', async () => {
    expect((await signed('POST', drainPath, { instance: 'a', force: true })).body).toMatchObject({
      status: 422,
      code: 'unknown_field',
    })
    expect((await signed('POST', drainPath, { instance: 'x'.repeat(70_000) })).body).toMatchObject({
      status: 413,
      code: 'body_too_large',
    })
  })
})

describe('the fallback of a backend without a fleet secret', () => {
  it('is refused', async () => {
    await using test = await openTestBackend({ noFleetSecret: true })
    for (const secret of [fleetSecret, 'undefined', '']) {
      const call = { method: 'GET', path: fleetPath, body: '' }
      const authorization =
        secret === '' ? 'BP-Fleet' : await signFleetCall(secret, call, Date.now())
      const answer = await test.call('GET', fleetPath, { headers: { authorization } })
      expect(answer.body).toMatchObject({ status: 401, code: 'fleet_signature_wrong' })
    }
  })
})
