import { lock } from '../lock.ts'
import { int } from '../row.ts'
import { raw, sql } from '../sql.ts'
import type { Reader, Writer } from '../store.ts'

export interface LoopLease {
  readonly name: string
  readonly epoch: number
  readonly expiresInMs: number
}

/** Becomes the leader of a loop if nobody is. The epoch grows at each takeover. */
export async function takeLease(
  writer: Writer,
  want: { readonly name: string; readonly owner: string; readonly ttlMs: number },
): Promise<LoopLease | undefined> {
  const { name, owner, ttlMs } = want
  await insertAbsent(writer, name)
  const taken = await writer.run(sql`
    UPDATE loop_lease SET owner = ${owner}, epoch = epoch + 1, expires_at = ${writer.nowMs} + ${ttlMs}
    WHERE name = ${name} AND expires_at < ${writer.nowMs}`)
  if (taken !== 1) return undefined
  const row = await writer.first(sql`SELECT epoch FROM loop_lease WHERE name = ${name}`)
  return { name, epoch: int.read(row?.['epoch']), expiresInMs: ttlMs }
}

/** Stays the leader. False: somebody else is, stop at once. */
export async function renewLease(
  writer: Writer,
  lease: { readonly name: string; readonly epoch: number; readonly ttlMs: number },
): Promise<boolean> {
  const found = await writer.run(sql`
    UPDATE loop_lease SET expires_at = ${writer.nowMs} + ${lease.ttlMs}
    WHERE name = ${lease.name} AND epoch = ${lease.epoch}`)
  return found === 1
}

/** Hands leadership back at a clean stop. */
export async function releaseLease(
  writer: Writer,
  lease: { readonly name: string; readonly epoch: number },
): Promise<void> {
  await writer.run(
    sql`UPDATE loop_lease SET expires_at = 0 WHERE name = ${lease.name} AND epoch = ${lease.epoch}`,
  )
}

/**
 * First statement of each of a leader's transactions: a share lock that makes a takeover wait. False: no longer the leader, write nothing.
 * Rejected: `WHERE EXISTS` in the write itself, which reads without a lock and lets a paused leader commit after the takeover.
 */
export async function isLeader(
  writer: Writer,
  lease: { readonly name: string; readonly epoch: number },
): Promise<boolean> {
  const row = await writer.first(sql`
    SELECT 1 AS found FROM loop_lease WHERE name = ${lease.name} AND epoch = ${lease.epoch} ${lock(writer, 'share')}`)
  return row !== undefined
}

/** Notes that a tick of the sweep ran; answers whether to hold off ending leases (no tick for over 10 s: it was us who were away). */
export async function noteSweep(
  writer: Writer,
  options: { readonly awayMs: number; readonly holdMs: number },
): Promise<{ readonly holdForMs: number }> {
  await insertAbsent(writer, 'sweep')
  const row = await writer.first(sql`
    SELECT seen_at, hold_until, ${writer.nowMs} AS now_ms FROM loop_lease WHERE name = 'sweep' ${lock(writer, 'update')}`)
  const now = int.read(row?.['now_ms'])
  const seenAt = int.read(row?.['seen_at'])
  const wasAway = seenAt > 0 && now - seenAt > options.awayMs
  const holdUntil = wasAway ? now + options.holdMs : int.read(row?.['hold_until'])
  await writer.run(
    sql`UPDATE loop_lease SET seen_at = ${now}, hold_until = ${holdUntil} WHERE name = 'sweep'`,
  )
  return { holdForMs: Math.max(0, holdUntil - now) }
}

/** Notes that a full tick of a loop is over. For leaders, in a transaction that `isLeader` opened. */
export async function noteTick(writer: Writer, name: string): Promise<void> {
  await writer.run(sql`UPDATE loop_lease SET seen_at = ${writer.nowMs} WHERE name = ${name}`)
}

/** Ms since the last full tick of a loop, whoever led it; undefined when there was none. */
export async function tickAge(reader: Reader, name: string): Promise<number | undefined> {
  const row = await reader.first(sql`
    SELECT seen_at, ${reader.nowMs} AS now_ms FROM loop_lease WHERE name = ${name} AND seen_at > 0`)
  if (row === undefined) return undefined
  return Math.max(0, int.read(row['now_ms']) - int.read(row['seen_at']))
}

async function insertAbsent(writer: Writer, name: string): Promise<void> {
  const tail = raw(
    writer.dialect === 'sqlite'
      ? 'ON CONFLICT (name) DO NOTHING'
      : 'ON DUPLICATE KEY UPDATE name = name',
  )
  await writer.run(sql`
    INSERT INTO loop_lease (name, owner, epoch, expires_at, seen_at, hold_until) VALUES (${name}, '', 0, 0, 0, 0) ${tail}`)
}
