import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { delayedJobs, heldJobs, readyJobs } from './rows.ts'
import type { JobRow, WaitingRow } from './rows.ts'
import { delayedMatch, heldMatch, readyMatch } from './waiting-match.ts'

export interface LeftPlace {
  readonly place: 'ready' | 'held' | 'delayed'
  readonly row: WaitingRow
}

/**
 * Takes a waiting job out of its place: who deletes the row owns what follows. Undefined when it waits nowhere (leased,
 * final, or between two places just now). `epoch` given: only if it waits with that epoch.
 */
export async function leavePlace(
  writer: Writer,
  job: Pick<JobRow, 'id' | 'userId' | 'laneId' | 'prio' | 'pass'>,
  fleetId: number,
  epoch?: number,
): Promise<LeftPlace | undefined> {
  const key = { ...job, jobId: job.id, fleetId }
  const same = epoch === undefined ? sql`` : sql`AND epoch = ${epoch}`

  const ready = await writer.first(
    sql`DELETE FROM job_ready WHERE ${readyMatch(key)} ${same} RETURNING ${readyJobs.select()}`,
  )
  if (ready !== undefined) return { place: 'ready', row: readyJobs.read(ready) }

  const held = await writer.first(
    sql`DELETE FROM job_held WHERE ${heldMatch(key)} ${same} RETURNING ${heldJobs.select()}`,
  )
  if (held !== undefined) return { place: 'held', row: heldJobs.read(held) }

  // Its due time is part of the key and is only known by a look through the index on the job.
  const due = await writer.all(
    sql`SELECT ${delayedJobs.select()} FROM job_delayed WHERE job_id = ${job.id}`,
  )
  for (const row of due) {
    const delayed = delayedJobs.read(row)
    const left = await writer.run(
      sql`DELETE FROM job_delayed WHERE ${delayedMatch(delayed)} ${same}`,
    )
    if (left > 0) return { place: 'delayed', row: delayed }
  }
  return undefined
}
