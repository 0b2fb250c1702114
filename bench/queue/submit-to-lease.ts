/**
 * From the call that submits a job to the answer that hands it to a waiting worker, over HTTP: one backend on SQLite
 * (synchronous=FULL), jobs at a steady pace, workers that complete at once. Client, workers and server share the machine.
 */
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createClient } from '@bp/client'
import { percentile, report, row } from '../measure.ts'

const rounds = 3
const perSecond = 100
const roundS = 10
const workerCount = 32
const secret = 'a-secret-of-the-bench-and-of-nothing-else'
const graph = {
  '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 1, color: 0 } },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'bench' } },
}

const freePort = (): Promise<number> =>
  new Promise(done => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => done(typeof address === 'object' && address ? address.port : 0))
    })
  })

const dataFolder = mkdtempSync(join(tmpdir(), 'bp-bench-'))
const port = await freePort()
const entry = join(import.meta.dirname, '../../apps/backend/bin/backend.ts')
const backend = spawn(process.execPath, [entry], {
  stdio: ['ignore', 'ignore', 'inherit'],
  env: {
    PATH: process.env['PATH'],
    BP_DATA: dataFolder,
    BP_PORT: String(port),
    BP_FILES_PORT: String(await freePort()),
    BP_FLEET_SECRET: secret,
    BP_RATE_FACTOR: '0',
    BP_LOG_LEVEL: 'error',
  },
})
const baseUrl = `http://127.0.0.1:${port}`
const client = createClient({ baseUrl })
for (let looks = 0; ; looks++) {
  if (
    await client.system.up().then(
      () => true,
      () => false,
    )
  )
    break
  if (looks > 200) throw new Error('the backend did not come up')
  await new Promise(done => setTimeout(done, 50))
}

const takenMs = new Map<string, number>()
const stop = new AbortController()

/** A worker that takes what it gets and reports it done at once. */
async function work(n: number): Promise<void> {
  const registered = await client.workers.register({
    headers: { authorization: `Bearer ${secret}` },
    body: {
      stage: 'production',
      fleet: 'local',
      launch: null,
      instance: `bench-${n}`,
      boot_id: randomUUID(),
      protocol: 1,
      versions: {},
      hardware: { gpu: null, vram_bytes: null, ram_bytes: 0, disk_free_bytes: null },
      slots: 1,
    },
  })
  const headers = { authorization: `Bearer ${registered.token}` }
  await client.workers.phase({ headers, body: { phase: 'ready', took_ms: null } })
  while (!stop.signal.aborted) {
    const answer = await client.leases
      .grant({
        headers,
        body: { claim_id: randomUUID(), slots: 1 },
        timeoutMs: 35_000,
        signal: stop.signal,
      })
      .catch(() => undefined)
    const nowMs = performance.now()
    for (const lease of answer?.leases ?? []) {
      takenMs.set(lease.job, nowMs)
      await client.leases.complete({
        headers,
        body: {
          leases: [
            {
              job: lease.job,
              epoch: lease.epoch,
              secret: lease.secret,
              outputs: [],
              timings: { load_ms: 0, run_ms: 0, upload_ms: 0 },
            },
          ],
        },
      })
    }
  }
}
const workers = Array.from({ length: workerCount }, (_, n) => work(n))
await new Promise(done => setTimeout(done, 1_000))

const p50: number[] = []
const p99: number[] = []
for (let round = 0; round <= rounds; round++) {
  const sentMs = new Map<string, number>()
  const submits: Promise<void>[] = []
  const startMs = performance.now()
  for (let n = 0; n < perSecond * roundS; n++) {
    const dueMs = startMs + (n * 1000) / perSecond
    const waitMs = dueMs - performance.now()
    if (waitMs > 0) await new Promise(done => setTimeout(done, waitMs))
    const atMs = performance.now()
    submits.push(client.jobs.submit({ body: { graph } }).then(job => void sentMs.set(job.id, atMs)))
  }
  await Promise.all(submits)
  for (let looks = 0; [...sentMs.keys()].some(id => !takenMs.has(id)); looks++) {
    if (looks > 300) throw new Error('some jobs were never taken')
    await new Promise(done => setTimeout(done, 50))
  }
  const waits = Array.from(sentMs, ([id, atMs]) => (takenMs.get(id) ?? 0) - atMs)
  // The first round warms the code up.
  if (round > 0) {
    p50.push(percentile(waits, 0.5))
    p99.push(percentile(waits, 0.99))
  }
}
stop.abort()
await Promise.allSettled(workers)
const ended = new Promise(done => backend.once('exit', done))
backend.kill('SIGTERM')
await ended
rmSync(dataFolder, { recursive: true, force: true })
report('queue', [
  row(`submit → lease answer at ${perSecond} jobs/s, SQLite, p50`, 'ms', p50),
  row(`submit → lease answer at ${perSecond} jobs/s, SQLite, p99`, 'ms', p99, '≤ 15'),
])
