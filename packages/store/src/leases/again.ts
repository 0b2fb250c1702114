import type { WorkerId } from '@bp/contracts/ids'
import { jobs } from '../jobs/rows.ts'
import { int } from '../row.ts'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { deadlineIn } from './granted.ts'
import type { Granted } from './granted.ts'
import { leases } from './rows.ts'

/** The leases that a claim got whose answer was lost. One scan of the live leases, no index: it is rare. */
export async function again(
  reader: Reader,
  claim: { readonly workerId: WorkerId; readonly claimId: Uint8Array },
): Promise<readonly Granted[]> {
  const rows = await reader.all(sql`
    SELECT ${leases.select('l')}, ${jobs.select('j')}, ${reader.nowMs} AS now_ms
    FROM job_lease l JOIN job j ON j.id = l.job_id
    WHERE l.worker_id = ${claim.workerId} AND l.claim_id = ${claim.claimId} ORDER BY l.job_id`)
  return rows.map(row => {
    const lease = leases.read(row, 'l')
    const job = jobs.read(row, 'j')
    const now = int.read(row['now_ms'])
    return {
      ...lease,
      attempt: lease.epoch,
      runMsMax: job.runMsMax,
      deadlineInMs: deadlineIn(job.deadlineAt, now),
      expiresInMs: Math.max(0, lease.expiresAt - now),
    }
  })
}
