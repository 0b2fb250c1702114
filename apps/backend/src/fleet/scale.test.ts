import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Fleet, QueueView } from '@bp/contracts/shapes/fleets'
import type { Job } from '@bp/contracts/shapes/jobs'
import type { Worker } from '@bp/contracts/shapes/workers'
import { listOpen } from '@bp/store/launches/list-open'
import { assertSound } from '@bp/testkit/assert-sound'
import { openTestBackend, type TestBackend } from '../testing/test-backend.ts'

const workerEntry = new URL('../testing/worker-program.ts', import.meta.url).pathname
const patient = { timeout: 30_000, interval: 50 }

describe('the local fleet', { timeout: 60_000 }, () => {
  const open = (env: Readonly<Record<string, string>> = {}) =>
    openTestBackend({
      env: { BP_WORKER_ENTRY: workerEntry, BP_WORKERS_MAX: '2', BP_WORKER_IDLE_S: '0.2', ...env },
    })
  const jobOf = async (test: TestBackend, id: string) =>
    (await test.call<Job>('GET', `/api/v1/jobs/${id}`, { as: test.owner })).body
  const workersOf = async (test: TestBackend) =>
    (
      await test.call<{ data: Worker[] }>('GET', '/api/v1/admin/workers', { as: test.owner })
    ).body.data.filter(worker => worker.state !== 'ended')
  const openLaunches = (test: TestBackend) =>
    test.backend.context.store.read(reader => listOpen(reader))
  const cancel = (test: TestBackend, id: string) =>
    test.call('POST', `/api/v1/jobs/${id}/cancel`, { as: test.owner, body: {} })

  it('grows from zero for what waits, no further than its limit, and shrinks to zero', async () => {
    await using test = await open()
    const jobs = await Promise.all([1, 2, 3].map(() => test.submitBlur(test.owner)))
    await expect.poll(async () => (await workersOf(test)).length, patient).toBe(2)
    await expect
      .poll(
        async () =>
          (await Promise.all(jobs.map(job => jobOf(test, job.id))))
            .map(job => job.status)
            .toSorted(),
        patient,
      )
      .toEqual(['queued', 'running', 'running'])
    const queue = await test.call<QueueView>('GET', '/api/v1/admin/queue', { as: test.owner })
    expect(queue.body.running).toHaveLength(2)
    expect(queue.body.waiting).toMatchObject([{ effect: 'blur', why: { code: 'ahead' } }])
    expect(queue.body.fleets).toMatchObject([{ slug: 'local', max_workers: 2 }])

    await Promise.all(jobs.map(job => cancel(test, job.id)))
    await expect.poll(() => workersOf(test), patient).toEqual([])
    await expect.poll(() => openLaunches(test), patient).toEqual([])
    const fleets = await test.call<{ data: Fleet[] }>('GET', '/api/v1/admin/fleets', {
      as: test.owner,
    })
    expect(fleets.body.data[0]).toMatchObject({ supply: { ready: 0, busy: 0, booting: 0 } })
    expect(fleets.body.data[0]?.last_decision?.text).toBeTruthy()
    await assertSound(test.backend.context.store)
  })

  it('gives the job of a worker that was killed to another one', async () => {
    await using test = await open()
    const job = await test.submitBlur(test.owner)
    await expect.poll(async () => (await jobOf(test, job.id)).status, patient).toBe('running')
    const [first] = await workersOf(test)
    const killed = first?.instance ?? ''
    process.kill(Number(killed.split('-')[1]), 'SIGKILL')
    await expect
      .poll(async () => (await jobOf(test, job.id)).attempts.map(one => one.outcome), patient)
      .toEqual(['lost', 'running'])
    const again = await jobOf(test, job.id)
    expect(again.attempts[0]).toMatchObject({ worker: killed, counted: true })
    expect(again.attempts[1]?.worker).not.toBe(killed)
    await cancel(test, job.id)
  })

  it('holds back after workers that do not start, and says so', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bp-scale-'))
    const broken = join(folder, 'broken.mjs')
    await writeFile(broken, 'process.exit(1)')
    try {
      await using test = await open({ BP_WORKER_ENTRY: broken })
      const job = await test.submitBlur(test.owner)
      await expect
        .poll(async () => (await jobOf(test, job.id)).waiting?.text, patient)
        .toMatch(/did not start/)
      expect((await jobOf(test, job.id)).status).toBe('queued')
    } finally {
      await rm(folder, { recursive: true })
    }
  })

  it('ends its workers when the backend ends, and their jobs wait unharmed', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'bp-scale-'))
    try {
      const test = await openTestBackend({
        folder,
        env: { BP_WORKER_ENTRY: workerEntry, BP_WORKERS_MAX: '1' },
      })
      const job = await test.submitBlur(test.owner)
      await expect.poll(async () => (await jobOf(test, job.id)).status, patient).toBe('running')
      const [worker] = await workersOf(test)
      await test[Symbol.asyncDispose]()
      // Killed is not gone: its remains stay until whoever started it has been told.
      const pid = Number(worker?.instance.split('-')[1])
      await expect.poll(() => isThere(pid), { timeout: 15_000 }).toBe(false)

      await using again = await openTestBackend({ folder })
      const waits = await jobOf(again, job.id)
      expect(waits.status).toBe('queued')
      expect(waits.attempts).toMatchObject([{ outcome: 'released', counted: false }])
    } finally {
      await rm(folder, { recursive: true })
    }
  })
})

function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}
