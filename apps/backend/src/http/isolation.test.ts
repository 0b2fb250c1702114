/**
 * One row a route: what its owner, somebody else, nobody, and the credentials of other planes get.
 * The rows are held against the route table: a new route without a row fails here.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { RouteId } from '@bp/contracts/paths'
import { paths } from '@bp/contracts/paths'
import { routeIds, routeOf } from '@bp/contracts/routes'
import type { UploadAnswer } from '@bp/contracts/shapes/assets'
import { startFakeWorker, type FakeWorker } from '../testing/fake-worker.ts'
import {
  announcement,
  controlSecret,
  fleetSecret,
  openTestBackend,
  picture,
  type Person,
  type TestBackend,
} from '../testing/test-backend.ts'

/** Which id of the owner's stands in the path; `none`: nothing owned is named. */
const owned = {
  'system.live': 'none',
  'system.up': 'none',
  'system.ready': 'none',
  'system.version': 'none',
  'system.openapi': 'none',
  'site.show': 'none',
  'effects.list': 'none',
  'effects.show': 'effect',
  'users.me': 'none',
  'links.redeem': 'none',
  'sessions.end': 'none',
  'workflows.list': 'none',
  'workflows.show': 'effect',
  'workflows.version': 'effect',
  'jobs.submit': 'none',
  'jobs.list': 'none',
  'jobs.show': 'job',
  'jobs.cancel': 'job',
  'jobs.retry': 'job',
  'jobs.events': 'job',
  'events.stream': 'none',
  'assets.upload': 'none',
  'assets.uploadState': 'upload',
  'assets.uploadComplete': 'upload',
  'assets.uploadAbort': 'upload',
  'assets.list': 'none',
  'assets.show': 'asset',
  'assets.content': 'asset',
  'queue.show': 'none',
  'jobs.listAll': 'none',
  'fleets.list': 'none',
  'fleets.create': 'none',
  'fleets.show': 'fleet',
  'workers.list': 'none',
  'workers.drain': 'worker',
  'links.create': 'none',
  'workers.register': 'none',
  'leases.grant': 'none',
  'leases.renew': 'none',
  'leases.outputs': 'none',
  'leases.complete': 'none',
  'leases.fail': 'none',
  'leases.release': 'none',
  'workers.phase': 'none',
  'workers.drained': 'none',
  'workers.deregister': 'none',
  'fleets.machines': 'fleet',
  'fleets.drainMachine': 'fleet',
} as const satisfies Record<RouteId, string>

describe('who gets what', () => {
  let test: TestBackend
  let worker: FakeWorker
  const ids: Record<string, string> = { none: '', effect: 'blur', fleet: 'local' }
  beforeAll(async () => {
    // Here a program without a key is nobody.
    test = await openTestBackend({ env: { BP_LOCAL_ANONYMOUS: '0' } })
    worker = await startFakeWorker(test)
    ids['worker'] = worker.id
    const job = await test.submitBlur(test.owner)
    ids['job'] = job.id
    ids['asset'] = job.input_assets[0]?.id ?? ''
    const planned = await test.call<UploadAnswer>('POST', '/api/v1/uploads', {
      as: test.owner,
      body: announcement(await picture('#101010'), 'image/png', 'p.png'),
    })
    ids['upload'] = planned.body.upload?.id ?? ''
  })
  afterAll(() => test[Symbol.asyncDispose]())

  const pathOf = (id: RouteId): string =>
    paths[id].path
      .replace(/:(id|slug)/, ids[owned[id]] ?? '')
      .replace(':stage', 'production')
      .replace(':n', '1')
  const callAs = async (id: RouteId, how: { as?: Person; bearer?: string }) => {
    const { method } = paths[id]
    const answer = await test.call(method, pathOf(id), {
      ...how,
      ...(method === 'GET' || method === 'DELETE' ? {} : { body: {} }),
    })
    return answer.status
  }
  const withAuth = (...auths: string[]) => routeIds.filter(id => auths.includes(routeOf(id).auth))

  it('has a row for each route', () => {
    expect(Object.keys(owned).toSorted()).toEqual([...routeIds].toSorted())
  })

  it.each(withAuth('user', 'admin'))('%s: nobody gets 401', async id => {
    expect(await callAs(id, {})).toBe(401)
  })
  it.each(withAuth('user', 'admin'))('%s: a worker token gets 401', async id => {
    expect(await callAs(id, { bearer: worker.token })).toBe(401)
  })
  it.each(withAuth('worker', 'fleet_secret', 'fleet_signature', 'control_secret'))(
    '%s: nobody and a signed-in admin get 401',
    async id => {
      expect(await callAs(id, {})).toBe(401)
      expect(await callAs(id, { as: test.owner })).toBe(401)
    },
  )
  it.each(withAuth('worker'))('%s: the other secrets get 401', async id => {
    expect(await callAs(id, { bearer: fleetSecret })).toBe(401)
    expect(await callAs(id, { bearer: controlSecret })).toBe(401)
  })
  it.each(withAuth('fleet_secret'))('%s: the other secrets get 401', async id => {
    expect(await callAs(id, { bearer: worker.token })).toBe(401)
    expect(await callAs(id, { bearer: controlSecret })).toBe(401)
  })
  it.each(withAuth('fleet_signature'))('%s: no bearer opens it, not even the secret', async id => {
    for (const bearer of [worker.token, fleetSecret, controlSecret])
      expect(await callAs(id, { bearer })).toBe(401)
  })
  it.each(withAuth('control_secret'))('%s: the other secrets get 401', async id => {
    expect(await callAs(id, { bearer: worker.token })).toBe(401)
    expect(await callAs(id, { bearer: fleetSecret })).toBe(401)
  })
  it.each(withAuth('admin'))('%s: a member gets 403', async id => {
    expect(await callAs(id, { as: test.member })).toBe(403)
  })

  const others = routeIds.filter(
    id => ['job', 'asset', 'upload'].includes(owned[id]) && routeOf(id).auth === 'user',
  )
  it.each(others)('%s: somebody else gets 404, as for what never was', async id => {
    const { method } = paths[id]
    const body = method === 'GET' || method === 'DELETE' ? {} : { body: {} }
    const theirs = await test.call(method, pathOf(id), { as: test.member, ...body })
    const absent = await test.call(method, pathOf(id).replace(/_[0-9a-z]{13}/, '_0000000000000'), {
      as: test.member,
      ...body,
    })
    expect(theirs.status).toBe(404)
    expect({ ...theirs.body, request_id: '' }).toEqual({ ...absent.body, request_id: '' })
  })

  it('does not run somebody else’s file, and says the same as for one that never was', async () => {
    const submit = (image: string) =>
      test.call('POST', '/api/v1/jobs', {
        as: test.member,
        body: { effect: 'blur', input: { image } },
      })
    const theirs = await submit(ids['asset'] ?? '')
    const absent = await submit('asset_0000000000000')
    expect(theirs.body).toMatchObject({ status: 422, code: 'asset_missing' })
    expect({ ...theirs.body, request_id: '' }).toEqual({ ...absent.body, request_id: '' })
  })

  it('shows members their own lists only', async () => {
    for (const path of ['/api/v1/jobs', '/api/v1/assets?source=upload']) {
      const { body } = await test.call<{ data: unknown[] }>('GET', path, { as: test.member })
      expect(body.data).toEqual([])
    }
  })

  it('refuses changes that come from a page of another origin, or without one', async () => {
    const cancel = (headers: Record<string, string>) =>
      test.call('POST', `/api/v1/jobs/${ids['job']}/cancel`, { body: {}, headers })
    const { cookie } = test.owner
    expect((await cancel({ cookie, origin: 'http://evil.example' })).body).toMatchObject({
      code: 'origin_refused',
    })
    expect((await cancel({ cookie })).body).toMatchObject({ code: 'origin_refused' })
    expect((await cancel({ cookie, origin: 'null' })).body).toMatchObject({
      code: 'origin_refused',
    })
  })

  it('serves no other host name, but answers a health check that asks by address', async () => {
    const ask = async (url: string, host: string) =>
      (await test.backend.app.inject({ method: 'GET', url, headers: { host } })).json()
    expect(await ask('/api/v1/site', 'evil.example')).toMatchObject({
      status: 403,
      code: 'host_refused',
    })
    expect(await ask('/api/live', '10.0.1.7:8080')).toEqual({ status: 'ok' })
    expect(await ask('/api/up', '10.0.1.7:8080')).toEqual({ status: 'ok' })
  })

  it('tells wrong paths and wrong methods apart', async () => {
    expect((await test.call('GET', '/api/v1/nope')).body).toMatchObject({ code: 'route_unknown' })
    const wrong = await test.call('DELETE', '/api/v1/jobs')
    expect(wrong.body).toMatchObject({ status: 405, code: 'method_not_allowed' })
    expect(wrong.headers.get('allow')).toBe('POST, GET')
  })

  it('sends the safety headers with answers and refusals alike', async () => {
    for (const path of ['/api/live', '/api/v1/nope', '/api/v1/jobs']) {
      const { headers } = await test.call('GET', path)
      expect(headers.get('x-content-type-options')).toBe('nosniff')
      expect(headers.get('content-security-policy')).toContain("default-src 'none'")
      expect(headers.get('cache-control')).toBe('no-store')
      expect(headers.get('request-id')).toMatch(/^req_/)
      expect(headers.get('access-control-allow-origin')).toBeNull()
    }
  })
})

describe('a program on the owner’s own machine', () => {
  let test: TestBackend
  beforeAll(async () => {
    test = await openTestBackend()
  })
  afterAll(() => test[Symbol.asyncDispose]())
  const me = async (headers: Record<string, string>) =>
    (await test.call<{ user: { via: string } | null }>('GET', '/api/v1/me', { headers })).body.user

  it('works without a key, but not as an admin', async () => {
    expect((await me({}))?.via).toBe('local')
    expect((await test.call('GET', '/api/v1/admin/queue')).body).toMatchObject({
      code: 'scope_missing',
    })
  })
  it.each([
    { 'x-forwarded-for': '10.0.0.1' },
    { origin: 'http://127.0.0.1:1' },
    { 'sec-fetch-site': 'cross-site' },
    { authorization: 'Bearer something-or-other-1' },
  ])('is nobody when it may be a page or behind a proxy: %j', async headers => {
    expect(await me(headers as unknown as Record<string, string>)).toBeNull()
  })
  it('signs in by a link, once, and out again', async () => {
    const made = await test.call<{ url: string }>('POST', '/api/local/links', {
      bearer: controlSecret,
      body: {},
    })
    expect(made.status).toBe(201)
    const token = new URL(made.body.url).hash.slice(1)
    const redeem = () => test.call('POST', '/api/v1/auth/link/redeem', { body: { token } })
    const first = await redeem()
    expect(first.body).toMatchObject({ user: { role: 'admin', via: 'session' } })
    const cookie = first.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^bp_\d+=\S+; Path=\/; HttpOnly; SameSite=Lax; Max-Age=604800$/)
    expect((await redeem()).body).toMatchObject({ status: 401, code: 'link_invalid' })

    const person = { id: test.owner.id, cookie: cookie.split(';')[0] ?? '' }
    expect((await test.call('GET', '/api/v1/admin/queue', { as: person })).status).toBe(200)
    await test.call('POST', '/api/v1/auth/sign-out', { as: person, body: {} })
    expect((await test.call('GET', '/api/v1/admin/queue', { as: person })).status).toBe(401)
  })
})
