import type { JobId } from '@bp/contracts/ids'
import { jobStates } from '@bp/contracts/jobs'
import { newest, windowRows, windowsMax } from '../page.ts'
import type { Page } from '../page.ts'
import { id } from '../row.ts'
import { list as values, raw, sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import type { JobView } from './job-view.ts'
import { idsOf, statesOf } from './list-rows.ts'
import type { FoundIds } from './list-rows.ts'
import { listBy } from './list.ts'
import type { JobFilter } from './list.ts'

/** Filters that have an index over everybody's jobs, or none at all. */
export type AdminJobFilter = Pick<JobFilter, 'statuses' | 'effectId' | 'before' | 'limit'>

/** Everybody's jobs, newest first. For admins only; the caller writes the audit row. */
export async function listAll(
  reader: Reader,
  filter: AdminJobFilter,
): Promise<Page<JobView, JobId>> {
  return listBy(reader, filter, async before => allIds(reader, filter, before ?? newest))
}

/** The primary key backwards; filters read windows of it. */
async function allIds(reader: Reader, filter: AdminJobFilter, from: bigint): Promise<FoundIds> {
  const states = statesOf(filter.statuses)
  const { effectId } = filter
  if (states === undefined && effectId === undefined) {
    return {
      ids: await idsOf(
        reader,
        sql`SELECT id FROM job WHERE id < ${from} ORDER BY id DESC LIMIT ${filter.limit + 1}`,
      ),
    }
  }
  const inState =
    states === undefined
      ? raw('')
      : sql`AND state IN ${values(states.map(state => jobStates.numberOf(state)))}`
  const ofEffect = effectId === undefined ? raw('') : sql`AND effect_id = ${effectId}`
  const found: JobId[] = []
  let before = from
  for (let window = 0; window < windowsMax; window++) {
    const bound = await reader.first(
      sql`SELECT id FROM job WHERE id < ${before} ORDER BY id DESC LIMIT 1 OFFSET ${windowRows - 1}`,
    )
    const lowest = bound === undefined ? 0n : id<JobId>().read(bound['id'])
    found.push(
      ...(await idsOf(
        reader,
        sql`SELECT id FROM job WHERE id < ${before} AND id >= ${lowest} ${inState} ${ofEffect}
          ORDER BY id DESC LIMIT ${filter.limit + 1 - found.length}`,
      )),
    )
    if (found.length > filter.limit || bound === undefined) return { ids: found }
    before = lowest
  }
  return { ids: found, next: id<JobId>().read(before) }
}
