import { laneMarkets } from '@bp/contracts/fleets'
import type { LaneMarket } from '@bp/contracts/fleets'
import type { WorkflowId } from '@bp/contracts/ids'
import { jobPriorities } from '@bp/contracts/jobs'
import { reserve } from '@bp/domain/jobs/order'
import { changeByKeys } from '../by-keys.ts'
import { insertRows } from '../insert-rows.ts'
import { admit, admitHeld } from '../jobs/admit.ts'
import type { Entering } from '../jobs/admit.ts'
import { placeDelta } from '../jobs/end-waiting.ts'
import { enteredChange } from '../jobs/give-back.ts'
import type { JobChange } from '../jobs/job-change.ts'
import type { LeftPlace } from '../jobs/leave-place.ts'
import { lineText, lockLines, writeLines } from '../jobs/lines.ts'
import type { LineKey, LineState } from '../jobs/lines.ts'
import { lockJobs } from '../jobs/lock-jobs.ts'
import { delayedJobs, heldJobs, readyJobs } from '../jobs/rows.ts'
import type { DelayedRow } from '../jobs/rows.ts'
import { delayedMatch, heldMatch, readyMatch } from '../jobs/waiting-match.ts'
import { lock } from '../lock.ts'
import { id, int, word } from '../row.ts'
import { sql } from '../sql.ts'
import { StatChanges } from '../stat.ts'
import type { Reader, Writer } from '../store.ts'
import { laneOf } from './lane.ts'

/** Jobs of each place in one transaction. */
const jobsMax = 200

/**
 * Moves waiting jobs to the fleet that serves their workflow now, in their order: those that waited with `no_fleet`, and
 * those of a workflow that was given to another fleet. One lane and a few hundred jobs a call; `moved` 0 = nothing is
 * left. What runs ends where it is. Safe beside itself and beside everything else that takes waiting jobs.
 */
export async function rehome(
  writer: Writer,
): Promise<{ readonly moved: number; readonly changes: readonly JobChange[] }> {
  const lane = await misplacedLane(writer)
  if (lane === undefined) return { moved: 0, changes: [] }
  const { fleetId: from, toFleet: to } = lane
  const laneId = await laneOf(writer, { ...lane, fleetId: to })
  const left = await takeOut(writer, lane)
  await lockJobs(
    writer,
    left.map(({ row }) => row.jobId),
  )
  const lines = await lockLines(
    writer,
    left.flatMap(({ row }) => [
      { ...row, fleetId: from },
      { ...row, fleetId: to },
    ]),
  )
  const lineOf = (key: LineKey): LineState => {
    const line = lines.get(lineText(key))
    if (line === undefined) throw new Error('a line was not locked before its jobs moved')
    return line
  }
  const stats = new StatChanges()
  for (const place of left) {
    const old = lineOf({ ...place.row, fleetId: from })
    if (place.place === 'ready') old.active--
    if (place.place === 'held') old.held--
    stats.add(place.row, placeDelta(place))
  }

  const floors = await floorsOf(writer, to)
  const entering: Entering[] = []
  const delayed: DelayedRow[] = []
  const byLine = Map.groupBy(left, ({ row }) => lineText({ ...row, fleetId: to }))
  for (const own of byLine.values()) {
    const [first] = own
    if (first === undefined) continue
    const line = lineOf({ ...first.row, fleetId: to })
    // A pass is a moment of one fleet's own virtual time: the old one says only who stands before whom.
    const given = reserve(
      {
        nextPass: line.nextPass,
        idle: line.active === 0 && line.held === 0,
        weight: line.before.weight,
      },
      floors.get(jobPriorities.numberOf(first.row.prio)) ?? 0,
      own.map(({ row }) => row.costMs),
    )
    line.nextPass = given.next
    for (const [at, place] of own.entries()) {
      const row = { ...place.row, laneId, pass: given.passes[at] ?? 0 }
      if (place.place === 'delayed') {
        delayed.push({ ...row, dueAt: place.row.dueAt, reason: place.row.reason })
        stats.add(row, { dueLater: 1 })
      } else entering.push({ ...row, fleetId: to })
    }
  }
  await writer.many(
    [...entering, ...delayed].map(
      job => sql`UPDATE job SET lane_id = ${laneId}, pass = ${job.pass} WHERE id = ${job.jobId}`,
    ),
  )
  await insertRows(writer, delayedJobs, delayed)
  const ready = await admit(writer, entering, lines, stats)
  const admitted = await admitHeld(writer, lines, await writer.now(), stats)
  await writeLines(writer, lines)
  await stats.write(writer, 'loops')
  return {
    moved: left.length,
    changes: [...entering.filter(job => ready.has(job.jobId)), ...admitted].map(enteredChange),
  }
}

interface MisplacedLane {
  readonly id: number
  readonly fleetId: number
  readonly toFleet: number
  readonly workflowId: WorkflowId
  readonly market: LaneMarket
}

/** A lane with waiting jobs whose workflow another fleet of the stage serves. Bare graphs only leave `none`. */
async function misplacedLane(reader: Reader): Promise<MisplacedLane | undefined> {
  const row = await reader.first(sql`
    SELECT n.id AS id, n.fleet_id AS fleet_id, n.workflow_id AS workflow_id, n.market AS market, t.id AS to_fleet
    FROM lane n JOIN fleet f ON f.id = n.fleet_id
    LEFT JOIN workflow_fleet x ON x.workflow_id = n.workflow_id AND x.stage = f.stage
    JOIN fleet t ON t.stage = f.stage AND t.destroyed_at IS NULL AND t.id <> n.fleet_id AND (t.id = x.fleet_id
      OR (n.workflow_id = 0 AND f.slug = 'none' AND t.bare_graphs = 1 AND t.slug <> 'none'))
    WHERE (SELECT COALESCE(SUM(s.ready + s.held + s.due_later), 0) FROM stat s WHERE s.lane_id = n.id) > 0
    ORDER BY n.id, t.id LIMIT 1`)
  if (row === undefined) return undefined
  return {
    id: int.read(row['id']),
    fleetId: int.read(row['fleet_id']),
    toFleet: int.read(row['to_fleet']),
    workflowId: id<WorkflowId>().read(row['workflow_id']),
    market: word(laneMarkets).read(row['market']),
  }
}

type Taken =
  | (LeftPlace & { readonly place: 'ready' | 'held' })
  | { readonly place: 'delayed'; readonly row: DelayedRow }

/** Takes jobs of a lane out of their places, in the order of the line. Rows that somebody else holds just now stay. */
async function takeOut(
  writer: Writer,
  lane: Pick<MisplacedLane, 'id' | 'fleetId'>,
): Promise<readonly Taken[]> {
  const limit = sql`LIMIT ${jobsMax} ${lock(writer, 'skip')}`
  const ready = (
    await writer.all(
      sql`SELECT ${readyJobs.select()} FROM job_ready WHERE lane_id = ${lane.id} ORDER BY lane_id, prio, pass, job_id ${limit}`,
    )
  ).map(row => readyJobs.read(row))
  const held = (
    await writer.all(
      sql`SELECT ${heldJobs.select()} FROM job_held WHERE fleet_id = ${lane.fleetId} AND lane_id = ${lane.id} ${limit}`,
    )
  ).map(row => heldJobs.read(row))
  const delayed = (
    await writer.all(
      sql`SELECT ${delayedJobs.select()} FROM job_delayed WHERE lane_id = ${lane.id} ${limit}`,
    )
  ).map(row => delayedJobs.read(row))
  await changeByKeys(writer, ready, readyMatch, where => sql`DELETE FROM job_ready WHERE ${where}`)
  await changeByKeys(writer, held, heldMatch, where => sql`DELETE FROM job_held WHERE ${where}`)
  await changeByKeys(
    writer,
    delayed,
    delayedMatch,
    where => sql`DELETE FROM job_delayed WHERE ${where}`,
  )
  const taken: readonly Taken[] = [
    ...ready.map(row => ({ place: 'ready' as const, row })),
    ...held.map(row => ({ place: 'held' as const, row })),
    ...delayed.map(row => ({ place: 'delayed' as const, row })),
  ]
  return taken.toSorted((a, b) => a.row.pass - b.row.pass || (a.row.jobId < b.row.jobId ? -1 : 1))
}

/** The smallest pass of what the fleet granted last, by stored priority: whoever comes joins there. */
async function floorsOf(reader: Reader, fleetId: number): Promise<ReadonlyMap<number, number>> {
  const rows = await reader.all(sql`SELECT prio, pass FROM fleet_clock WHERE fleet_id = ${fleetId}`)
  return new Map(rows.map(row => [int.read(row['prio']), int.read(row['pass'])]))
}
