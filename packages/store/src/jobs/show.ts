import type { JobId } from '@bp/contracts/ids'
import { list, sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import type { JobKey, JobView } from './job-view.ts'
import { viewColumns, viewJoins, viewsOf } from './views.ts'

const jobsMax = 200

/** The owner's job, or undefined: absent and somebody else's are the same. */
export async function show(reader: Reader, key: JobKey): Promise<JobView | undefined> {
  const rows = await reader.all(sql`
    SELECT ${viewColumns} FROM job j ${viewJoins} WHERE j.id = ${key.id} AND j.user_id = ${key.owner}`)
  const [view] = await viewsOf(reader, rows)
  return view
}

/** Jobs of anybody by id, for loops, live events and the console. Answers those that exist, in no order. At most 200. */
export async function showAll(reader: Reader, ids: readonly JobId[]): Promise<readonly JobView[]> {
  if (ids.length > jobsMax) throw new RangeError(`${ids.length} jobs; ${jobsMax} at most`)
  if (ids.length === 0) return []
  const rows = await reader.all(
    sql`SELECT ${viewColumns} FROM job j ${viewJoins} WHERE j.id IN ${list([...ids])}`,
  )
  return viewsOf(reader, rows)
}
