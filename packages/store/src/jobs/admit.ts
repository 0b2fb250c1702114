import { jobPriorities } from '@bp/contracts/jobs'
import { changeByKeys } from '../by-keys.ts'
import { insertRows } from '../insert-rows.ts'
import { byPrimaryKey, lock } from '../lock.ts'
import { sql } from '../sql.ts'
import type { StatChanges } from '../stat.ts'
import type { Writer } from '../store.ts'
import { freeTokens, lineText } from './lines.ts'
import type { LineState } from './lines.ts'
import { heldJobs, readyJobs } from './rows.ts'
import type { WaitingRow } from './rows.ts'
import { heldMatch } from './waiting-match.ts'

/** Held rows that one pass admits for one line; what is left is admitted at the next end or by the settle loop. */
const admitMax = 200

export interface Entering extends WaitingRow {
  readonly fleetId: number
}

/**
 * Puts waiting jobs into `job_ready` as far as their users have tokens, the rest into `job_held`. The only way from outside into
 * either. Claims so never meet a blocked row, however many wait. The lines must be locked and are changed in memory.
 */
export async function admit(
  writer: Writer,
  jobs: readonly Entering[],
  lines: ReadonlyMap<string, LineState>,
  stats: StatChanges,
): Promise<ReadonlySet<bigint>> {
  const ready: Entering[] = []
  const held: Entering[] = []
  for (const job of jobs) {
    const line = lines.get(lineText(job))
    if (line === undefined) throw new Error('a line was not locked before admit')
    if (freeTokens(line) > 0 && line.held === 0) {
      line.active++
      ready.push(job)
      stats.add(job, { ready: 1, readyMs: job.costMs })
    } else {
      line.held++
      held.push(job)
      stats.add(job, { held: 1 })
    }
  }
  await insertRows(writer, readyJobs, ready)
  await insertRows(writer, heldJobs, held)
  return new Set(ready.map(job => job.jobId))
}

/** Admits the next held jobs of these lines, in the order of their passes. Answers those that stand in the ready line now. */
export async function admitHeld(
  writer: Writer,
  lines: ReadonlyMap<string, LineState>,
  now: number,
  stats: StatChanges,
): Promise<readonly Entering[]> {
  const admitted: Entering[] = []
  for (const line of lines.values()) {
    const wanted = Math.min(freeTokens(line), line.held, admitMax)
    if (wanted <= 0) continue
    const { fleetId, userId, prio } = line.before
    const rows = await writer.all(sql`
      SELECT ${heldJobs.select()} FROM job_held ${byPrimaryKey(writer)}
      WHERE fleet_id = ${fleetId} AND user_id = ${userId} AND prio = ${jobPriorities.numberOf(prio)}
      ORDER BY fleet_id, user_id, prio, pass, job_id LIMIT ${wanted} ${lock(writer, 'skip')}`)
    const next = rows.map(row => ({ ...heldJobs.read(row), readyAt: now }))
    if (next.length === 0) continue
    await changeByKeys(writer, next, heldMatch, where => sql`DELETE FROM job_held WHERE ${where}`)
    line.held -= next.length
    line.active += next.length
    for (const job of next) stats.add(job, { held: -1, ready: 1, readyMs: job.costMs })
    await insertRows(writer, readyJobs, next)
    admitted.push(...next)
  }
  return admitted
}
