import { Buffer } from 'node:buffer'
import { rowsByKeys } from '../by-keys.ts'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import type { LeaseEnd } from './lease-end.ts'
import { inLockOrder, leaseMatch } from './lease-match.ts'
import { leases } from './rows.ts'
import type { LeaseRow } from './rows.ts'

/**
 * Deletes ended leases and hands back those that were still held. Deleting the row is the fence: who deletes it owns the job's
 * end; a late answer finds nothing and changes nothing.
 *
 * Rejected: a `done` flag (the row stays in everybody's way); SELECT, compare the epoch in code, then UPDATE (two workers can
 * both pass the comparison); UPDATE … RETURNING (MariaDB 13).
 */
export async function takeLeases(
  writer: Writer,
  ends: readonly LeaseEnd[],
): Promise<ReadonlyMap<LeaseEnd, LeaseRow>> {
  const sorted = inLockOrder(ends, one => one.key)
  const rows = await rowsByKeys(
    writer,
    sorted,
    one => {
      const graceMs = graceOf(one)
      if (graceMs === undefined) return leaseMatch(one.key)
      // The sweep's keys were read without a lock: a beat may have come since.
      return sql`${leaseMatch(one.key)} AND expires_at < ${writer.nowMs} - ${graceMs}`
    },
    where => sql`DELETE FROM job_lease WHERE ${where} RETURNING ${leases.select()}`,
  )
  const byJob = new Map(rows.map(row => [leases.read(row).jobId, leases.read(row)]))
  const taken = new Map<LeaseEnd, LeaseRow>()
  for (const one of ends) {
    const lease = byJob.get(one.key.jobId)
    if (lease === undefined || lease.epoch !== one.key.epoch) continue
    if (!lease.secret.equals(Buffer.from(one.key.secret))) continue
    taken.set(one, lease)
    // The same lease twice in one call: the first end has it, the second is a repeat.
    byJob.delete(one.key.jobId)
  }
  return taken
}

const graceOf = (one: LeaseEnd): number | undefined =>
  one.end.kind === 'lost' || one.end.kind === 'timed_out' ? one.end.graceMs : undefined
