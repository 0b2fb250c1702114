/** Making and showing fleets: the row, its document, and what waits for it. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import type { FleetDetail } from '@bp/contracts/shapes/fleets'
import type { Job } from '@bp/contracts/shapes/jobs'
import type { ProblemBody } from '@bp/contracts/shapes/wire'
import { assertSound } from '@bp/testkit/assert-sound'
import { openTestBackend, type TestBackend } from '../../testing/test-backend.ts'

describe('fleets', () => {
  let test: TestBackend
  beforeAll(async () => {
    test = await openTestBackend()
  })
  afterAll(async () => {
    await assertSound(test.backend.context.store)
    await test[Symbol.asyncDispose]()
  })
  const body = { stage: 'staging', slug: 'portraits', max: 2, workflows: [] }
  const create = <Answer = FleetDetail>(more: Record<string, unknown> = {}, as = test.owner) =>
    test.call<Answer>('POST', '/api/v1/admin/fleets', { as, body: { ...body, ...more } })

  it('are made once: the row, then its document', async () => {
    const made = await create()
    expect(made.status).toBe(201)
    expect(made.body).toMatchObject({
      stage: 'staging',
      slug: 'portraits',
      name: 'portraits',
      max_workers: 2,
      pointer: 'written',
      config: { template: 'gpu-24gb', min: 0, max: 2, on_demand_max: 1 },
    })
    expect(made.body.config?.instance_types[0]).toBe('g6.xlarge')
    const again = await create()
    expect(again.status).toBe(200)
    expect(again.body).toEqual(made.body)
    const shown = await test.call('GET', '/api/v1/admin/fleets/staging/portraits', {
      as: test.owner,
    })
    expect(shown.body).toEqual(made.body)
  })

  it('keep what they ask for: another body is refused', async () => {
    const other = await create<ProblemBody>({ max: 3 })
    expect(other.body).toMatchObject({ status: 409, code: 'fleet_taken' })
    expect(other.body.remedy).toContain('/api/v1/admin/fleets/staging/portraits')
  })

  it('tell everything that is wrong with them at once', async () => {
    const refused = await create<ProblemBody>({
      slug: 'None!',
      template: 'huge',
      min: 5,
      instance_types: [],
    })
    expect(refused.body).toMatchObject({ status: 422, code: 'validation_failed' })
    expect(refused.body.errors.map(({ pointer, code }) => [pointer, code])).toEqual([
      ['/slug', 'slug_invalid'],
      ['/template', 'template_unknown'],
      ['/instance_types', 'too_small'],
      ['/min', 'min_above_max'],
    ])
    const wrongClass = await create<ProblemBody>({ slug: 'x', instance_types: ['p5.4xlarge'] })
    expect(wrongClass.body.errors).toMatchObject([
      { pointer: '/instance_types/0', code: 'instance_type_unknown' },
    ])
  })

  it('serve no workflow that is none, and take no reserved name', async () => {
    const lost = await create<ProblemBody>({ slug: 'lost', workflows: ['blur', 'nope'] })
    expect(lost.body.errors).toMatchObject([
      { pointer: '/workflows/1', code: 'workflow_unknown', received: 'nope' },
    ])
    const local = await create<ProblemBody>({ stage: 'production', slug: 'local' })
    expect(local.body.errors).toMatchObject([{ pointer: '/slug', code: 'slug_reserved' }])
    const none = await test.call('GET', '/api/v1/admin/fleets/staging/none', { as: test.owner })
    expect(none.status).toBe(404)
  })

  it('are an admin’s matter', async () => {
    expect((await create<ProblemBody>({}, test.member)).body).toMatchObject({
      status: 403,
      code: 'scope_missing',
    })
  })

  it('are healed by the same call when their document could not be written', async () => {
    const { pointers } = test.backend.context
    const away = vi.spyOn(pointers, 'put').mockRejectedValueOnce(new Error('nobody answers'))
    const refused = await create<ProblemBody>({ slug: 'halfway' })
    away.mockRestore()
    expect(refused.body).toMatchObject({ status: 503, code: 'unavailable', retryable: true })
    const show = async () =>
      (
        await test.call<FleetDetail>('GET', '/api/v1/admin/fleets/staging/halfway', {
          as: test.owner,
        })
      ).body.pointer
    expect(await show()).toBe('missing')
    expect((await create({ slug: 'halfway' })).status).toBe(200)
    expect(await show()).toBe('written')
  })

  it('take over a workflow with what waits for it', async () => {
    const job = await test.submitBlur(test.owner)
    const made = await create({ stage: 'production', slug: 'soft', workflows: ['blur'] })
    expect(made.body).toMatchObject({ workflows: 1, backlog: { ready: 1 } })
    const waiting = await test.call<Job>('GET', `/api/v1/jobs/${job.id}`, { as: test.owner })
    expect(waiting.body).toMatchObject({ status: 'queued' })
    await test.call('POST', `/api/v1/jobs/${job.id}/cancel`, { as: test.owner, body: {} })
  })

  it('leave a trace of who made them', async () => {
    const rows = await test.backend.context.store.read(reader =>
      reader.all({
        text: "SELECT target FROM audit_log WHERE route = 'fleets.create' ORDER BY id",
        params: [],
      }),
    )
    expect(rows.map(row => row['target'])).toEqual([
      'staging/portraits',
      'staging/halfway',
      'production/soft',
    ])
  })
})
