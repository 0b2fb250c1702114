import type { WorkerId } from '@bp/contracts/ids'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { leases } from './rows.ts'
import type { LeaseRow } from './rows.ts'

/** The live leases of one worker. */
export async function ofWorker(reader: Reader, workerId: WorkerId): Promise<readonly LeaseRow[]> {
  const rows = await reader.all(
    sql`SELECT ${leases.select()} FROM job_lease WHERE worker_id = ${workerId} ORDER BY job_id`,
  )
  return rows.map(row => leases.read(row))
}
