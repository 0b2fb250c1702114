import type { JobId, UserId } from '@bp/contracts/ids'
import { isFinal, jobStates } from '@bp/contracts/jobs'
import type { JobState, JobStatus } from '@bp/contracts/jobs'
import { labelHash } from '../label-hash.ts'
import { forceIndex } from '../lock.ts'
import { newest, windowRows, windowsMax } from '../page.ts'
import { id } from '../row.ts'
import { join, raw, sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import type { JobFilter } from './list.ts'

/** Ids of a page, newest first, one more than asked for when there are more; `next` when windows were read up without filling it. */
export interface FoundIds {
  readonly ids: readonly JobId[]
  readonly next?: JobId
}

type Range = Pick<JobFilter, 'before' | 'limit'>

/**
 * Ids of a person's jobs with this filter. Every list is one index range read backwards by id; the statement names its index,
 * because MariaDB otherwise takes the owner alone and walks from the newest row (90,051 rows at depth 90,000).
 */
export async function ownIds(
  reader: Reader,
  filter: JobFilter & { readonly owner: UserId },
): Promise<FoundIds> {
  const before = filter.before ?? newest
  const labels = labelsOf(filter)
  if (labels.length > 0) return plain(reader, byLabels(filter.owner, labels, before), filter)
  if (filter.effectId !== undefined) return byEffect(reader, filter, filter.effectId)
  const states = statesOf(filter.statuses)
  if (states === undefined) return plain(reader, pageOfOwner(reader, filter.owner, before), filter)
  return byStates(reader, filter.owner, states, filter)
}

/** The list statement itself; its plan is asserted. */
export const pageOfOwner = (reader: Reader, owner: UserId, before: bigint): Sql =>
  sql`SELECT id FROM job ${forceIndex(reader, 'job_user')} WHERE user_id = ${owner} AND id < ${before} ORDER BY id DESC`

export const pageOfState = (reader: Reader, owner: UserId, state: JobState, before: bigint): Sql =>
  sql`SELECT id FROM job ${forceIndex(reader, 'job_user_state')}
    WHERE user_id = ${owner} AND state = ${jobStates.numberOf(state)} AND id < ${before} ORDER BY id DESC`

async function plain(reader: Reader, statement: Sql, range: Range): Promise<FoundIds> {
  return { ids: await idsOf(reader, sql`${statement} LIMIT ${range.limit + 1}`) }
}

/** One range a state, merged: `state IN (…)` in the order of ids would be sorted. */
async function byStates(
  reader: Reader,
  owner: UserId,
  states: readonly JobState[],
  range: Range,
): Promise<FoundIds> {
  const pages = await reader.allOf(
    states.map(
      state =>
        sql`${pageOfState(reader, owner, state, range.before ?? newest)} LIMIT ${range.limit + 1}`,
    ),
  )
  const ids = pages.flat().map(row => id<JobId>().read(row['id']))
  return { ids: ids.toSorted((a, b) => (a < b ? 1 : -1)).slice(0, range.limit + 1) }
}

/** No index holds the effect: windows of 5,000 ids, at most four, then a short page with a cursor. */
async function byEffect(
  reader: Reader,
  filter: JobFilter & { readonly owner: UserId },
  effectId: bigint,
): Promise<FoundIds> {
  const found: JobId[] = []
  let before = filter.before ?? newest
  for (let window = 0; window < windowsMax; window++) {
    const bound = await reader.first(
      sql`${pageOfOwner(reader, filter.owner, before)} LIMIT 1 OFFSET ${windowRows - 1}`,
    )
    const lowest = bound === undefined ? 0n : id<JobId>().read(bound['id'])
    const wanted = filter.limit + 1 - found.length
    found.push(
      ...(await idsOf(
        reader,
        sql`SELECT id FROM job ${forceIndex(reader, 'job_user')}
          WHERE user_id = ${filter.owner} AND id < ${before} AND id >= ${lowest} AND effect_id = ${effectId}
          ORDER BY id DESC LIMIT ${wanted}`,
      )),
    )
    if (found.length > filter.limit || bound === undefined) return { ids: found }
    before = lowest
  }
  return { ids: found, next: id<JobId>().read(before) }
}

/** The self join on the primary key of `label`: as many labels as the filter has. */
function byLabels(owner: UserId, hashes: readonly Buffer[], before: bigint): Sql {
  const [first, ...others] = hashes
  if (first === undefined) throw new Error('no label to look for')
  const joins = others.map(
    (hash, at) =>
      sql`JOIN label ${raw(`l${at}`)} ON ${raw(`l${at}`)}.user_id = ${owner} AND ${raw(`l${at}`)}.hash = ${hash} AND ${raw(`l${at}`)}.target_id = l.target_id`,
  )
  return sql`SELECT l.target_id AS id FROM label l ${join(joins, ' ')}
    WHERE l.user_id = ${owner} AND l.hash = ${first} AND l.target_id < ${before} ORDER BY l.target_id DESC`
}

function labelsOf(filter: JobFilter): readonly Buffer[] {
  const { tag, metadata, idempotencyKey } = filter
  return [
    ...(tag === undefined ? [] : [labelHash('job-tag', '', tag)]),
    ...(metadata === undefined ? [] : [labelHash('job-meta', metadata.key, metadata.value)]),
    ...(idempotencyKey === undefined ? [] : [labelHash('job-key', '', idempotencyKey)]),
  ]
}

/** The stored states behind these statuses; undefined = all. */
export function statesOf(
  statuses: readonly JobStatus[] | undefined,
): readonly JobState[] | undefined {
  if (statuses === undefined) return undefined
  return [...new Set(statuses.map((status): JobState => (isFinal(status) ? status : 'open')))]
}

export async function idsOf(reader: Reader, statement: Sql): Promise<readonly JobId[]> {
  const rows = await reader.all(statement)
  return rows.map(row => id<JobId>().read(row['id']))
}
