import type { UserId } from '@bp/contracts/ids'
import type { AuditOutcome } from '@bp/contracts/users'
import { insertRows } from '../insert-rows.ts'
import type { Writer } from '../store.ts'
import { auditLogs } from './rows.ts'

export interface AuditEntry {
  readonly actorId: UserId
  readonly ip: string
  /** Route id, e.g. `fleets.pause`. */
  readonly route: string
  readonly target: string
  readonly outcome?: AuditOutcome
  readonly requestId: string
  /** JSON text, secrets already taken out. */
  readonly diff?: string
}

/** Writes who did what, in the transaction that does it. */
export async function record(writer: Writer, entry: AuditEntry): Promise<void> {
  await insertRows(writer, auditLogs, [
    {
      id: writer.ids.next(),
      actorId: entry.actorId,
      keyId: 0n,
      ip: entry.ip,
      route: entry.route,
      target: entry.target,
      outcome: entry.outcome ?? 'done',
      requestId: entry.requestId,
      diff: entry.diff ?? '{}',
    },
  ])
}
