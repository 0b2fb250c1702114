/**
 * The program of a test's worker: registers, says that it is ready, takes a job and holds it until it is told to
 * stop. Started by the local fleet like the real one, with one line of JSON on stdin.
 */
import { randomUUID } from 'node:crypto'
import { createInterface } from 'node:readline'
import type { BeatAnswer, Lease, LeaseAnswer } from '@bp/contracts/shapes/leases'

interface Line {
  readonly url: string
  readonly stage: string
  readonly fleet: string
  readonly launch: string
  readonly secret: string
  readonly instance: string
}

async function main(): Promise<void> {
  let line: Line | undefined
  for await (const text of createInterface({ input: process.stdin })) {
    line = JSON.parse(text)
    break
  }
  if (line === undefined) return
  const { url, stage, fleet, launch, instance } = line
  let bearer = line.secret
  const call = async <Body>(path: string, body: unknown): Promise<Body> => {
    const answer = await fetch(`${url}/api/worker/v1/${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const value: Body = JSON.parse(await answer.text())
    return value
  }
  const registered = await call<{ token: string }>('register', {
    stage,
    fleet,
    launch,
    instance,
    boot_id: randomUUID(),
    protocol: 1,
    versions: {},
    hardware: { gpu: null, vram_bytes: null, ram_bytes: 1, disk_free_bytes: null },
    slots: 1,
  })
  bearer = registered.token
  await call('phase', { phase: 'ready', took_ms: 1, health: 'good' })
  process.on('SIGTERM', () => {
    void call('deregister', { reason: 'SIGTERM' }).finally(() => process.exit(0))
  })
  for (;;) {
    const { leases } = await call<LeaseAnswer>('lease', { claim_id: randomUUID(), slots: 1 })
    for (const lease of leases) await hold(lease, call)
  }
}

async function hold(
  { job, epoch, secret }: Lease,
  call: <Body>(path: string, body: unknown) => Promise<Body>,
): Promise<void> {
  for (;;) {
    const beat = await call<BeatAnswer>('beat', {
      leases: [{ job, epoch, secret, phase: 'executing' }],
    })
    const verdict = beat.leases[0]?.verdict
    if (verdict === 'lost') return
    if (verdict === 'cancel') {
      await call('complete', {
        leases: [
          { job, epoch, secret, outputs: [], timings: { load_ms: 0, run_ms: 0, upload_ms: 0 } },
        ],
      })
      return
    }
    await new Promise(resolve => setTimeout(resolve, 100))
  }
}

// Nobody waits this long for a test: whatever forgot to end it, it ends itself.
setTimeout(() => process.exit(1), 120_000).unref()
await main()
