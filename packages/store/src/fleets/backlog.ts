import { jobPriorities } from '@bp/contracts/jobs'
import { int, maybe } from '../row.ts'
import { join, sql } from '../sql.ts'
import type { Reader } from '../store.ts'

export interface Backlog {
  /** In open lanes: what a machine could start now. */
  readonly ready: number
  /** In paused lanes. */
  readonly paused: number
  readonly leased: number
  readonly delayed: number
  readonly held: number
  /** Estimated GPU time of what is ready in open lanes. */
  readonly readyMs: number
  /** Since when the oldest ready row of an open lane stands in line, Unix ms. */
  readonly oldestReadyAt?: number
}

/** What waits for a fleet, from `stat`: a few dozen rows whatever the depth. */
export async function backlog(reader: Reader, fleetId: number): Promise<Backlog> {
  const rows = await reader.all(sql`
    SELECT n.id AS lane_id, n.paused AS paused, SUM(s.ready) AS ready, SUM(s.ready_ms) AS ready_ms, SUM(s.held) AS held,
      SUM(s.due_later) AS due_later, SUM(s.leased) AS leased
    FROM lane n JOIN stat s ON s.lane_id = n.id WHERE n.fleet_id = ${fleetId} GROUP BY n.id, n.paused`)
  const sum = { ready: 0, paused: 0, leased: 0, delayed: 0, held: 0, readyMs: 0 }
  const open: number[] = []
  for (const row of rows) {
    const ready = int.read(row['ready'])
    const isOpen = int.read(row['paused']) === 0
    if (isOpen) {
      sum.ready += ready
      sum.readyMs += int.read(row['ready_ms'])
      if (ready > 0) open.push(int.read(row['lane_id']))
    } else {
      sum.paused += ready
    }
    sum.held += int.read(row['held'])
    sum.delayed += int.read(row['due_later'])
    sum.leased += int.read(row['leased'])
  }
  const oldestReadyAt = await oldestHead(reader, open.slice(0, lanesMax))
  return oldestReadyAt === undefined ? sum : { ...sum, oldestReadyAt }
}

const lanesMax = 64

/** The oldest of the heads of these lanes. Order is by pass, so a head is not always its line's oldest: bounded, and near enough. */
async function oldestHead(reader: Reader, lanes: readonly number[]): Promise<number | undefined> {
  const heads = lanes.flatMap(laneId =>
    jobPriorities.words.map(
      prio => sql`SELECT * FROM (SELECT ready_at FROM job_ready
        WHERE lane_id = ${laneId} AND prio = ${jobPriorities.numberOf(prio)}
        ORDER BY lane_id, prio, pass, job_id LIMIT 1) AS head`,
    ),
  )
  if (heads.length === 0) return undefined
  const row = await reader.first(
    sql`SELECT MIN(ready_at) AS oldest FROM (${join(heads, ' UNION ALL ')}) AS heads`,
  )
  return maybe(int).read(row?.['oldest'] ?? null) ?? undefined
}
