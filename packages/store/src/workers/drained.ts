import type { WorkerId } from '@bp/contracts/ids'
import { workerStates } from '@bp/contracts/workers'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { countLeases, lockWorker } from './lock-worker.ts'

/** draining → drained, refused while lease rows are left. */
export async function drained(
  writer: Writer,
  workerId: WorkerId,
): Promise<
  | { readonly state: 'drained' | 'ended' }
  | { readonly refused: 'worker_busy'; readonly leases: number }
  | undefined
> {
  const worker = await lockWorker(writer, workerId)
  if (worker === undefined) return undefined
  if (worker.state === 'ended') return { state: 'ended' }
  if (worker.state === 'drained') return { state: 'drained' }
  const leases = await countLeases(writer, workerId)
  if (leases > 0) return { refused: 'worker_busy', leases }
  await writer.run(
    sql`UPDATE worker SET state = ${workerStates.numberOf('drained')} WHERE id = ${workerId}`,
  )
  return { state: 'drained' }
}
