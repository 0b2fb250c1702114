import type { WorkerId } from '@bp/contracts/ids'
import { workerStates } from '@bp/contracts/workers'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'

/** registered → ready: from now on it is granted leases. Answers false when it is in another state (draining, ended). */
export async function ready(writer: Writer, workerId: WorkerId): Promise<boolean> {
  const found = await writer.run(sql`
    UPDATE worker SET state = ${workerStates.numberOf('ready')}
    WHERE id = ${workerId} AND state IN (${workerStates.numberOf('registered')}, ${workerStates.numberOf('ready')})`)
  return found > 0
}
