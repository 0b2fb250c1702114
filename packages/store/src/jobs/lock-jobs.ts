import type { JobId } from '@bp/contracts/ids'
import { byPrimaryKey, lock } from '../lock.ts'
import { id } from '../row.ts'
import { list, sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { jobs } from './rows.ts'
import type { JobRow } from './rows.ts'

/** Locks jobs in the order of their ids, after their place rows, and reads who of them was asked to be canceled. */
export async function lockJobs(
  writer: Writer,
  ids: readonly JobId[],
): Promise<{
  readonly jobs: ReadonlyMap<JobId, JobRow>
  readonly cancelAsked: ReadonlySet<JobId>
}> {
  if (ids.length === 0) return { jobs: new Map(), cancelAsked: new Set() }
  const wanted = list([...new Set(ids)].toSorted((a, b) => (a < b ? -1 : 1)))
  const rows = await writer.all(
    sql`SELECT ${jobs.select()} FROM job ${byPrimaryKey(writer)} WHERE id IN ${wanted} ORDER BY id ${lock(writer, 'update')}`,
  )
  const found = new Map(rows.map(row => [jobs.read(row).id, jobs.read(row)]))
  const cancels = await writer.all(sql`SELECT job_id FROM job_cancel WHERE job_id IN ${wanted}`)
  return { jobs: found, cancelAsked: new Set(cancels.map(row => id<JobId>().read(row['job_id']))) }
}
