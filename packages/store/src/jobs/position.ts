import { jobPriorities } from '@bp/contracts/jobs'
import { int } from '../row.ts'
import { join, sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import type { JobKey } from './job-view.ts'
import { readyJobs } from './rows.ts'

const countMax = 1_000
/** Lines (lane × priority) that are counted; a fleet has a handful. */
const linesMax = 256

/** Rows ahead of the owner's ready job in its fleet, counted up to 1,000 (`capped`); undefined when it is not in line. */
export async function position(
  reader: Reader,
  key: JobKey,
): Promise<{ readonly ahead: number; readonly capped: boolean } | undefined> {
  const row = await reader.first(sql`
    SELECT ${readyJobs.select('r')}, n.fleet_id AS fleet_id
    FROM job j JOIN lane n ON n.id = j.lane_id
    JOIN job_ready r ON r.lane_id = j.lane_id AND r.prio = j.prio AND r.pass = j.pass AND r.job_id = j.id
    WHERE j.id = ${key.id} AND j.user_id = ${key.owner}`)
  if (row === undefined) return undefined
  const mine = readyJobs.read(row, 'r')
  const prio = jobPriorities.numberOf(mine.prio)
  const lanes = await reader.all(
    sql`SELECT id FROM lane WHERE fleet_id = ${int.read(row['fleet_id'])} AND paused = 0`,
  )
  const lines = lanes
    .flatMap(lane =>
      Array.from({ length: prio + 1 }, (_, line) => ({ laneId: int.read(lane['id']), prio: line })),
    )
    .slice(0, linesMax)
  if (lines.length === 0) return { ahead: 0, capped: false }
  // One bounded range a line; a line of higher priority counts whole.
  const pieces = lines.map(line => {
    const ahead =
      line.prio < prio
        ? sql``
        : sql`AND (pass < ${mine.pass} OR (pass = ${mine.pass} AND job_id < ${mine.jobId}))`
    return sql`SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM job_ready
      WHERE lane_id = ${line.laneId} AND prio = ${line.prio} ${ahead} LIMIT ${countMax}) AS ahead`
  })
  const counts = await reader.all(join(pieces, ' UNION ALL '))
  const sum = counts.reduce((total, count) => total + int.read(count['n']), 0)
  return { ahead: Math.min(countMax, sum), capped: sum >= countMax }
}
