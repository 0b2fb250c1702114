import { jobPriorities } from '@bp/contracts/jobs'
import type { JobPriority } from '@bp/contracts/jobs'
import { inOrder } from '@bp/domain/jobs/order'
import { readyJobs } from '../jobs/rows.ts'
import type { WaitingRow } from '../jobs/rows.ts'
import { int } from '../row.ts'
import { join, raw, sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { Reader } from '../store.ts'

/** Lines (lane × priority) whose heads are read in one statement, and lines whose rows are read. */
const headsMax = 256
const linesMax = 8

/**
 * The rows of one line from its head on, in the order of the primary key, without a lock. One lane a statement:
 * `lane_id IN (…)` makes MariaDB sort, and lock, everything (first claimer 10 rows, second none).
 */
export function windowOf(line: { laneId: number; prio: JobPriority }, limit: number): Sql {
  return sql`
    SELECT ${readyJobs.select()} FROM job_ready
    WHERE lane_id = ${line.laneId} AND prio = ${jobPriorities.numberOf(line.prio)} AND pass >= ${0}
    ORDER BY lane_id, prio, pass, job_id LIMIT ${limit}`
}

/** The head of a fleet's line without any lock: at most `limit` rows a (lane, prio) of its 8 best open lines, in order. */
export async function peek(
  reader: Reader,
  options: { readonly fleetId: number; readonly limit: number },
): Promise<readonly WaitingRow[]> {
  const heads = await headsOf(reader, options.fleetId)
  const best = heads.toSorted(byPlace).slice(0, linesMax)
  const windows = await reader.allOf(best.map(head => windowOf(head, options.limit)))
  return windows
    .flat()
    .map(row => readyJobs.read(row))
    .toSorted(byPlace)
}

async function headsOf(reader: Reader, fleetId: number): Promise<readonly WaitingRow[]> {
  const lanes = await reader.all(
    sql`SELECT id FROM lane WHERE fleet_id = ${fleetId} AND paused = 0 ORDER BY id`,
  )
  const lines = lanes.flatMap(lane =>
    jobPriorities.words.map(prio => ({ laneId: int.read(lane['id']), prio })),
  )
  const heads: WaitingRow[] = []
  for (let from = 0; from < lines.length; from += headsMax) {
    const pieces = lines
      .slice(from, from + headsMax)
      .map(line => sql`SELECT * FROM (${windowOf(line, 1)}) AS head`)
    const rows = await reader.all(join(pieces, raw(' UNION ALL ').text))
    heads.push(...rows.map(row => readyJobs.read(row)))
  }
  return heads
}

const placeOf = (row: WaitingRow) => ({ ...row, prio: jobPriorities.numberOf(row.prio) })
const byPlace = (a: WaitingRow, b: WaitingRow): number => inOrder(placeOf(a), placeOf(b))
