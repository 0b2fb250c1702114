import { limits } from '@bp/contracts/limits'
import { mark } from '@bp/store/launches/mark'
import { endWorker } from '@bp/store/workers/end'
import { list } from '@bp/store/workers/list'
import type { Context } from '../context.ts'
import { endWorkerLeases } from '../fleet/end-worker-leases.ts'

/**
 * Workers that were silent for 45 s are over: their leases go back into line. After an outage of ours everybody
 * looks silent, so nobody is judged before this process has itself been up for that long.
 */
export async function lostWorkers(context: Context, upForMs: number): Promise<void> {
  if (upForMs < limits.workerSilentMs) return
  const { store, log, gate, liveWorkers } = context
  const { rows, nowMs } = await store.read(async reader => ({
    rows: await list(reader, { states: ['registered', 'ready', 'draining', 'drained'] }),
    nowMs: await reader.now(),
  }))
  for (const row of rows) {
    const seenAt = row.live?.seenAt
    if (seenAt === undefined || nowMs - seenAt < limits.workerSilentMs) continue
    log.warn({ worker: row.instance, silentMs: nowMs - seenAt }, 'a worker is lost')
    await store.write(async writer => {
      await endWorker(writer, row.id)
      if (row.launchId !== 0n)
        await mark(writer, { id: row.launchId, to: 'ended', endReason: 'lost' })
    })
    await endWorkerLeases(row.id, context)
    gate.callers.forgetWorker(row.id)
    liveWorkers.forget(row.id)
    context.fleetFacts.forget()
  }
}
