import type { WorkerId } from '@bp/contracts/ids'
import { lock } from '../lock.ts'
import { int } from '../row.ts'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { workers } from './rows.ts'
import type { WorkerRow } from './rows.ts'

/** Locks the worker's row before anything is asked about its leases: grants hold a share lock on it. */
export async function lockWorker(
  writer: Writer,
  workerId: WorkerId,
): Promise<WorkerRow | undefined> {
  const row = await writer.first(
    sql`SELECT ${workers.select()} FROM worker WHERE id = ${workerId} ${lock(writer, 'update')}`,
  )
  return row === undefined ? undefined : workers.read(row)
}

/** Lease rows of a worker. A scan of what is in flight: drains are rare, an index would churn at each grant. */
export async function countLeases(writer: Writer, workerId: WorkerId): Promise<number> {
  const row = await writer.first(
    sql`SELECT COUNT(*) AS n FROM job_lease WHERE worker_id = ${workerId}`,
  )
  return int.read(row?.['n'] ?? 0)
}
