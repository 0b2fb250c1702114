import { int, maybe } from '../row.ts'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'

/** Milliseconds until the next delayed job or deadline is due (0 = now), or undefined when none is known. */
export async function nextDueInMs(reader: Reader): Promise<number | undefined> {
  const row = await reader.first(sql`
    SELECT (SELECT MIN(due_at) FROM job_delayed) AS due_at, (SELECT MIN(at) FROM job_deadline) AS deadline_at,
      ${reader.nowMs} AS now_ms`)
  if (row === undefined) return undefined
  const times = [maybe(int).read(row['due_at']), maybe(int).read(row['deadline_at'])]
  const next = Math.min(...times.map(time => time ?? Number.POSITIVE_INFINITY))
  return Number.isFinite(next) ? Math.max(0, next - int.read(row['now_ms'])) : undefined
}
