import { jobStates } from '@bp/contracts/jobs'
import { retention } from './retention.ts'
import { sql } from './sql.ts'
import type { Sql } from './sql.ts'
import type { Reader } from './store.ts'

export interface Finding {
  readonly code: string
  readonly subject: string
  readonly text: string
}

/** Checks every invariant that one look at the database can show. Empty = all is well. Reads everything: for tests, chaos runs and `bp queue audit`. */
export async function auditStore(reader: Reader): Promise<readonly Finding[]> {
  const open = jobStates.numberOf('open')
  const findings: Finding[] = []
  for (const check of checksOf(open, reader.nowMs)) {
    const rows = await reader.all(sql`${check.faults} LIMIT ${findingsMax}`)
    for (const row of rows) {
      findings.push({ code: check.code, subject: String(row['subject']), text: check.text })
    }
  }
  return findings
}

const findingsMax = 100

interface Check {
  readonly code: string
  readonly text: string
  /** SELECT of a `subject` for each fault; none = all is well. */
  readonly faults: Sql
}

const places = sql`(
  SELECT job_id, epoch FROM job_ready UNION ALL SELECT job_id, epoch FROM job_held
  UNION ALL SELECT job_id, epoch FROM job_delayed UNION ALL SELECT job_id, epoch FROM job_lease)`

/** Gauges by (lane, prio), counted anew; compared with the sums of `stat`. */
const recount = (gauge: string, from: string, value = 'COUNT(*)'): Check => ({
  code: `stat_${gauge}`,
  text: `stat.${gauge} differs from the rows of ${from}`,
  faults: {
    text: `
      SELECT CONCAT(lane_id, '/', prio) AS subject FROM (
        SELECT lane_id, prio, SUM(said) AS said, SUM(counted) AS counted FROM (
          SELECT lane_id, prio, SUM(${gauge}) AS said, 0 AS counted FROM stat GROUP BY lane_id, prio
          UNION ALL
          SELECT lane_id, prio, 0, ${value} FROM ${from} GROUP BY lane_id, prio) AS both_sides
        GROUP BY lane_id, prio) AS sums
      WHERE said <> counted`,
    params: [],
  },
})

const checksOf = (open: number, nowMs: Sql): readonly Check[] => [
  {
    code: 'job_nowhere',
    text: 'an open job stands in no place',
    faults: sql`SELECT j.id AS subject FROM job j WHERE j.state = ${open}
      AND NOT EXISTS (SELECT 1 FROM ${places} AS p WHERE p.job_id = j.id)`,
  },
  {
    code: 'job_twice',
    text: 'a job stands in two places',
    faults: sql`SELECT job_id AS subject FROM ${places} AS p GROUP BY job_id HAVING COUNT(*) > 1`,
  },
  {
    code: 'final_job_in_place',
    text: 'a job that has ended, or none, still stands in a place',
    faults: sql`SELECT p.job_id AS subject FROM ${places} AS p LEFT JOIN job j ON j.id = p.job_id
      WHERE j.id IS NULL OR j.state <> ${open}`,
  },
  {
    code: 'place_not_on_job',
    text: 'a waiting row has another place in the line than its job says',
    faults: sql`SELECT r.job_id AS subject FROM job_ready r JOIN job j ON j.id = r.job_id
      WHERE j.lane_id <> r.lane_id OR j.prio <> r.prio OR j.pass <> r.pass`,
  },
  {
    code: 'epoch_fell',
    text: 'a place row has an older epoch than an attempt of its job',
    faults: sql`SELECT p.job_id AS subject FROM ${places} AS p JOIN job_attempt a ON a.job_id = p.job_id
      WHERE a.epoch > p.epoch`,
  },
  {
    code: 'lease_epoch_used',
    text: 'a live lease has the epoch of an attempt that ended',
    faults: sql`SELECT l.job_id AS subject FROM job_lease l JOIN job_attempt a ON a.job_id = l.job_id AND a.epoch = l.epoch`,
  },
  {
    code: 'final_epoch',
    text: 'a job that succeeded has no attempt of its final epoch that did',
    faults: sql`SELECT j.id AS subject FROM job j
      LEFT JOIN job_attempt a ON a.job_id = j.id AND a.epoch = j.final_epoch AND a.outcome = 1
      WHERE j.state = ${jobStates.numberOf('succeeded')} AND a.job_id IS NULL`,
  },
  {
    code: 'final_without_result',
    text: 'a job that ended has no result row, time or epoch',
    faults: sql`SELECT j.id AS subject FROM job j LEFT JOIN job_result r ON r.job_id = j.id
      WHERE j.state <> ${open} AND (r.job_id IS NULL OR j.finished_at IS NULL OR j.final_epoch IS NULL)`,
  },
  {
    code: 'losses_bound',
    text: 'a job has more losses than its bound allows',
    faults: sql`SELECT id AS subject FROM job WHERE losses > losses_max + 1`,
  },
  {
    code: 'cancel_of_final',
    text: 'a wish to cancel is left of a job that has ended',
    faults: sql`SELECT c.job_id AS subject FROM job_cancel c LEFT JOIN job j ON j.id = c.job_id
      WHERE j.id IS NULL OR j.state <> ${open}`,
  },
  {
    code: 'job_without_info',
    text: 'a job has no info or no event, and its events are not over their time',
    faults: sql`SELECT j.id AS subject FROM job j LEFT JOIN job_info i ON i.job_id = j.id
      WHERE i.job_id IS NULL OR (COALESCE(j.finished_at, ${nowMs}) >= ${nowMs} - ${retention.eventMs}
        AND NOT EXISTS (SELECT 1 FROM job_event e WHERE e.job_id = j.id AND e.seq = 0))`,
  },
  {
    code: 'drained_with_lease',
    text: 'a drained or ended worker holds a lease',
    faults: sql`SELECT l.job_id AS subject FROM job_lease l JOIN worker w ON w.id = l.worker_id WHERE w.state = 3`,
  },
  {
    code: 'line_active',
    text: 'fleet_user.active differs from the ready and leased jobs',
    faults: lineFaults('active', 'job_ready', 'job_lease'),
  },
  {
    code: 'line_held',
    text: 'fleet_user.held differs from the held jobs',
    faults: lineFaults('held', 'job_held'),
  },
  {
    code: 'held_without_need',
    text: 'a line holds more tokens than it may',
    faults: sql`SELECT CONCAT(fleet_id, '/', user_id) AS subject FROM fleet_user WHERE active < 0 OR held < 0`,
  },
  {
    code: 'user_storage',
    text: 'user_storage differs from the assets',
    faults: sql`
      SELECT user_id AS subject FROM (
        SELECT user_id, SUM(said) AS said, SUM(counted) AS counted FROM (
          SELECT user_id, SUM(bytes) AS said, 0 AS counted FROM user_storage GROUP BY user_id
          UNION ALL
          SELECT user_id, 0, SUM(size_bytes) FROM asset WHERE shelf IN (1, 2, 3) GROUP BY user_id) AS both_sides
        GROUP BY user_id) AS sums
      WHERE said <> counted`,
  },
  {
    code: 'lane_paused',
    text: 'lane.paused differs from the pause rows',
    faults: sql`SELECT n.id AS subject FROM lane n WHERE n.paused <> COALESCE((SELECT SUM(bit) FROM (
        SELECT DISTINCT x.id AS lane, p.bit AS bit FROM pause p JOIN lane x
          ON p.fleet_id IN (0, x.fleet_id) AND p.workflow_id IN (0, x.workflow_id)) AS bits WHERE bits.lane = n.id), 0)`,
  },
  recount('ready', 'job_ready'),
  recount('ready_ms', 'job_ready', 'SUM(cost_ms)'),
  recount('held', 'job_held'),
  recount('due_later', 'job_delayed'),
  recount('leased', 'job_lease'),
]

function lineFaults(counter: 'active' | 'held', ...tables: readonly string[]): Sql {
  const counted = tables
    .map(
      table => `SELECT n.fleet_id, t.user_id, t.prio, 0 AS said, COUNT(*) AS counted
        FROM ${table} t JOIN lane n ON n.id = t.lane_id GROUP BY n.fleet_id, t.user_id, t.prio`,
    )
    .join(' UNION ALL ')
  return {
    text: `
      SELECT CONCAT(fleet_id, '/', user_id, '/', prio) AS subject FROM (
        SELECT fleet_id, user_id, prio, SUM(said) AS said, SUM(counted) AS counted FROM (
          SELECT fleet_id, user_id, prio, ${counter} AS said, 0 AS counted FROM fleet_user UNION ALL ${counted}) AS both_sides
        GROUP BY fleet_id, user_id, prio) AS sums
      WHERE said <> counted`,
    params: [],
  }
}
