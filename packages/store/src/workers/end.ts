import type { WorkerId } from '@bp/contracts/ids'
import { workerStates } from '@bp/contracts/workers'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'

/** The machine is gone. Its live row goes with it; its leases are for the caller to end as lost. Answers false when it had ended. */
export async function endWorker(writer: Writer, workerId: WorkerId): Promise<boolean> {
  const ended = workerStates.numberOf('ended')
  const found = await writer.run(sql`
    UPDATE worker SET state = ${ended}, ended_at = ${writer.nowMs}
    WHERE id = ${workerId} AND state <> ${ended}`)
  await writer.run(sql`DELETE FROM worker_live WHERE worker_id = ${workerId}`)
  return found > 0
}
