import { int } from '../row.ts'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import type { LeaseKey } from './lease-key.ts'
import { leases } from './rows.ts'

export interface ExpiredLeases {
  readonly keys: readonly (LeaseKey & { readonly overTime: boolean })[]
  /** Live leases at all, for the mass guard. */
  readonly live: number
}

/**
 * Leases that have been silent for longer than their time plus `graceMs`. No lock; the end re-checks the expiry itself.
 * A full scan on purpose: an index on the expiry would churn at every beat, and a locking scan would lock what it passes.
 */
export async function expired(
  reader: Reader,
  options: { readonly graceMs: number; readonly limit: number },
): Promise<ExpiredLeases> {
  const rows = await reader.all(sql`
    SELECT ${leases.select()}, ${reader.nowMs} AS now_ms FROM job_lease
    WHERE expires_at < ${reader.nowMs} - ${options.graceMs} ORDER BY job_id LIMIT ${options.limit}`)
  const count = await reader.first(sql`SELECT COUNT(*) AS n FROM job_lease`)
  return {
    keys: rows.map(row => {
      const lease = leases.read(row)
      const { jobId, epoch, secret } = lease
      return { jobId, epoch, secret, overTime: lease.stopAt <= int.read(row['now_ms']) }
    }),
    live: int.read(count?.['n'] ?? 0),
  }
}
