import type { WorkerId } from '@bp/contracts/ids'
import { workerStates } from '@bp/contracts/workers'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { drain } from './drain.ts'
import { countLeases, lockWorker } from './lock-worker.ts'
import { workers } from './rows.ts'

export type IdleDrained =
  | { readonly result: 'drained'; readonly workerId: WorkerId }
  | { readonly result: 'busy' | 'unknown' }

/**
 * Takes the worker of a machine out, but only if it holds no lease: for the fallback, which may not begin a drain that
 * a busy worker would have to finish. `busy` has changed nothing. The worker's row is locked before its leases are
 * counted, as by every grant, so `drained` proves that nothing is and will be held.
 */
export async function drainIdle(
  writer: Writer,
  options: { readonly fleetId: number; readonly instance: string },
): Promise<IdleDrained> {
  const row = await writer.first(sql`
    SELECT ${workers.select()} FROM worker
    WHERE fleet_id = ${options.fleetId} AND instance = ${options.instance}
      AND state <> ${workerStates.numberOf('ended')} ORDER BY id DESC LIMIT 1`)
  if (row === undefined) return { result: 'unknown' }
  const workerId = workers.read(row).id
  if ((await lockWorker(writer, workerId)) === undefined) return { result: 'unknown' }
  if ((await countLeases(writer, workerId)) > 0) return { result: 'busy' }
  const drained = await drain(writer, { workerId, reason: 'idle' })
  return drained?.state === 'drained' ? { result: 'drained', workerId } : { result: 'unknown' }
}
