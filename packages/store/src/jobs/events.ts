import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import type { JobKey } from './job-view.ts'
import { jobEvents } from './rows.ts'
import type { JobEventRow } from './rows.ts'

const eventsMax = 200

/** The owner's job's events after `seq`, oldest first; undefined when there is no such job. At most 200. */
export async function events(
  reader: Reader,
  key: JobKey & { readonly afterSeq: number },
): Promise<readonly JobEventRow[] | undefined> {
  const rows = await reader.all(sql`
    SELECT j.id AS job, ${jobEvents.select('e')} FROM job j
    LEFT JOIN job_event e ON e.job_id = j.id AND e.seq > ${key.afterSeq}
    WHERE j.id = ${key.id} AND j.user_id = ${key.owner} ORDER BY e.seq LIMIT ${eventsMax}`)
  if (rows.length === 0) return undefined
  return rows.flatMap(row => jobEvents.readMaybe(row, 'e') ?? [])
}
