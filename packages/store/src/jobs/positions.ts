import type { JobId } from '@bp/contracts/ids'
import { jobPriorities } from '@bp/contracts/jobs'
import type { JobPriority } from '@bp/contracts/jobs'
import { inOrder } from '@bp/domain/jobs/order'
import { int } from '../row.ts'
import { join, list, sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { Reader } from '../store.ts'

/** Places are counted up to this; a job behind more rows has this many ahead. */
const countMax = 1_000
/** Lanes that are counted; a fleet has a handful. */
const lanesMax = 64
/** Counts in one statement: SQLite takes 500 pieces of a UNION. */
const countsMax = 256

/** A job that stands in the ready line. */
export interface InLine {
  readonly id: JobId
  readonly fleetId: number
  readonly prio: JobPriority
  readonly pass: number
}

/**
 * Rows ahead of these ready jobs, each in its fleet, counted up to 1,000. The line is walked once, from job to job: what
 * stands between two of them is counted for everybody behind. For a page of jobs; each of them adds one count a lane.
 */
export async function positions(
  reader: Reader,
  jobs: readonly InLine[],
): Promise<ReadonlyMap<JobId, number>> {
  const ahead = new Map<JobId, number>()
  if (jobs.length === 0) return ahead
  const byFleet = Map.groupBy(jobs, job => job.fleetId)
  const lanes = await reader.all(sql`
    SELECT id, fleet_id FROM lane WHERE fleet_id IN ${list([...byFleet.keys()])} AND paused = 0 ORDER BY id`)
  const lanesOf = Map.groupBy(lanes, lane => int.read(lane['fleet_id']))

  const sections = [...byFleet].flatMap(([fleetId, own]) =>
    sectionsOf(own).map(section => ({
      section,
      laneIds: (lanesOf.get(fleetId) ?? []).slice(0, lanesMax).map(lane => int.read(lane['id'])),
    })),
  )
  const counts = await countAll(
    reader,
    sections.flatMap(({ section, laneIds }) => laneIds.map(laneId => within(laneId, section))),
  )
  let at = 0
  let fleetId: number | undefined
  let sum = 0
  for (const { section, laneIds } of sections) {
    if (section.fleetId !== fleetId) sum = 0
    fleetId = section.fleetId
    for (const count of counts.slice(at, at + laneIds.length)) sum += count
    at += laneIds.length
    if (section.to !== undefined) ahead.set(section.to.jobId, Math.min(countMax, sum))
  }
  return ahead
}

interface Place {
  readonly jobId: JobId
  readonly prio: number
  readonly pass: number
}

/** A piece of one priority's line: from a job (itself included) or its head, up to the next job or its end. */
interface Section {
  readonly fleetId: number
  readonly prio: number
  readonly from: Place | undefined
  readonly to: Place | undefined
}

/** One fleet's line, cut at its jobs, in its order, as far as its last job. */
function sectionsOf(jobs: readonly InLine[]): readonly Section[] {
  const places = jobs
    .map(({ id, prio, pass }) => ({ jobId: id, prio: jobPriorities.numberOf(prio), pass }))
    .toSorted(inOrder)
  const fleetId = jobs[0]?.fleetId ?? 0
  const last = places.at(-1)?.prio ?? 0
  const sections: Section[] = []
  for (let prio = 0; prio <= last; prio++) {
    let from: Place | undefined
    for (const to of places.filter(place => place.prio === prio)) {
      sections.push({ fleetId, prio, from, to })
      from = to
    }
    if (prio < last) sections.push({ fleetId, prio, from, to: undefined })
  }
  return sections
}

/** The rows of a section in one lane: a range of the primary key, cut at what is counted at most. */
function within(laneId: number, { prio, from, to }: Section): Sql {
  // The bound on the pass makes it a range for both databases; the rest settles those of the same pass.
  const after =
    from === undefined
      ? sql``
      : sql`AND pass >= ${from.pass} AND NOT (pass = ${from.pass} AND job_id < ${from.jobId})`
  const before =
    to === undefined
      ? sql``
      : sql`AND pass <= ${to.pass} AND NOT (pass = ${to.pass} AND job_id >= ${to.jobId})`
  return sql`SELECT 1 AS one FROM job_ready
    WHERE lane_id = ${laneId} AND prio = ${prio} ${after} ${before} LIMIT ${countMax}`
}

/** How many rows each of these finds, in their order. */
async function countAll(reader: Reader, rows: readonly Sql[]): Promise<readonly number[]> {
  const statements: Sql[] = []
  for (let from = 0; from < rows.length; from += countsMax) {
    const pieces = rows
      .slice(from, from + countsMax)
      .map((row, at) => sql`SELECT ${from + at} AS place, COUNT(*) AS n FROM (${row}) AS ahead`)
    statements.push(join(pieces, ' UNION ALL '))
  }
  const found = (await reader.allOf(statements)).flat()
  const counts = Array.from({ length: rows.length }, () => 0)
  for (const row of found) counts[int.read(row['place'])] = int.read(row['n'])
  return counts
}
