import type { WorkerId } from '@bp/contracts/ids'
import { workerHealths, workerPhases, workerStates } from '@bp/contracts/workers'
import type { WorkerHealth, WorkerPhase } from '@bp/contracts/workers'
import { id } from '../row.ts'
import { list, raw, sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { Writer } from '../store.ts'

export interface LiveReport {
  readonly workerId: WorkerId
  /** How long ago it was heard of, on the process's own clock. */
  readonly heardAgoMs: number
  readonly phase: WorkerPhase
  readonly busy: number
  readonly health: WorkerHealth
  readonly spotDeadline?: number
  /** JSON texts; absent = unchanged. */
  readonly warm?: string
  readonly present?: string
  readonly host?: string
  readonly strikes?: number
}

/** Writes what was heard of workers since the last flush. Workers that have ended are left out. At most 1,000. */
export async function flushLive(writer: Writer, reports: readonly LiveReport[]): Promise<void> {
  if (reports.length > reportsMax) {
    throw new RangeError(`${reports.length} reports; ${reportsMax} at most`)
  }
  if (reports.length === 0) return
  const rows = await writer.all(sql`
    SELECT id FROM worker WHERE id IN ${list(reports.map(report => report.workerId))}
    AND state <> ${workerStates.numberOf('ended')}`)
  const alive = new Set(rows.map(row => id<WorkerId>().read(row['id'])))
  await writer.many(
    reports
      .filter(report => alive.has(report.workerId))
      .toSorted((a, b) => (a.workerId < b.workerId ? -1 : 1))
      .map(report => upsert(writer, report)),
  )
}

const reportsMax = 1_000

function upsert(writer: Writer, report: LiveReport): Sql {
  const seenAt = sql`${writer.nowMs} - ${report.heardAgoMs}`
  const body = (value: string | undefined): Buffer => Buffer.from(value ?? '{}')
  const head = sql`
    INSERT INTO worker_live (worker_id, seen_at, phase, phase_since, busy, health, spot_deadline, hold_until, build_id, warm, present, host, strikes)
    VALUES (${report.workerId}, ${seenAt}, ${workerPhases.numberOf(report.phase)}, ${seenAt}, ${report.busy},
      ${workerHealths.numberOf(report.health)}, ${report.spotDeadline ?? null}, NULL, 0,
      ${body(report.warm)}, ${body(report.present)}, ${body(report.host)}, ${report.strikes ?? 0})`
  const incoming = (column: string): Sql =>
    raw(writer.dialect === 'sqlite' ? `excluded.${column}` : `VALUES(${column})`)
  const tail = raw(
    writer.dialect === 'sqlite'
      ? 'ON CONFLICT (worker_id) DO UPDATE SET'
      : 'ON DUPLICATE KEY UPDATE',
  )
  // phase_since before phase: MariaDB sets columns one after the other, and the comparison needs the old phase.
  const kept = (['warm', 'present', 'host', 'strikes', 'spotDeadline'] as const).flatMap(name => {
    const column = name === 'spotDeadline' ? 'spot_deadline' : name
    return report[name] === undefined ? [] : [sql`, ${raw(column)} = ${incoming(column)}`]
  })
  const more = kept.reduce((all, piece) => sql`${all}${piece}`, raw(''))
  return sql`${head} ${tail}
    phase_since = CASE WHEN worker_live.phase = ${incoming('phase')} THEN worker_live.phase_since ELSE ${incoming('phase_since')} END,
    seen_at = ${incoming('seen_at')}, phase = ${incoming('phase')}, busy = ${incoming('busy')}, health = ${incoming('health')}${more}`
}
