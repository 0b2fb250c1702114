import type { WorkerId } from '@bp/contracts/ids'
import { drainReasons, workerStates } from '@bp/contracts/workers'
import type { DrainReason } from '@bp/contracts/workers'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { countLeases, lockWorker } from './lock-worker.ts'

export type Drained =
  | { readonly state: 'draining' | 'drained'; readonly leases: number }
  | { readonly state: 'ended' }

/**
 * Takes a worker out. The worker row is locked first, as by every grant: whoever commits first wins and the other sees it, so no
 * lease exists after `drained`. Without leases it is `drained` in the same commit. Undefined when there is no such worker.
 */
export async function drain(
  writer: Writer,
  options: {
    readonly workerId: WorkerId
    readonly reason: Exclude<DrainReason, 'none'>
    readonly deadlineInMs?: number
  },
): Promise<Drained | undefined> {
  const worker = await lockWorker(writer, options.workerId)
  if (worker === undefined) return undefined
  if (worker.state === 'ended') return { state: 'ended' }
  const leases = await countLeases(writer, options.workerId)
  const state = leases === 0 ? 'drained' : 'draining'
  if (worker.state === 'drained') return { state: 'drained', leases: 0 }
  const deadline =
    options.deadlineInMs === undefined ? sql`${0}` : sql`${writer.nowMs} + ${options.deadlineInMs}`
  // The first reason stays: a second drain only looks whether the work is done.
  await (worker.state === 'draining'
    ? writer.run(
        sql`UPDATE worker SET state = ${workerStates.numberOf(state)} WHERE id = ${options.workerId}`,
      )
    : writer.run(sql`
        UPDATE worker SET state = ${workerStates.numberOf(state)},
          drain_reason = ${drainReasons.numberOf(options.reason)}, drain_deadline = ${deadline}
        WHERE id = ${options.workerId}`))
  return { state, leases }
}
