import type { EffectId, JobId, UserId } from '@bp/contracts/ids'
import type { JobStatus } from '@bp/contracts/jobs'
import type { Page } from '../page.ts'
import type { Reader } from '../store.ts'
import type { JobView } from './job-view.ts'
import { ownIds } from './list-rows.ts'
import type { FoundIds } from './list-rows.ts'
import { showAll } from './show.ts'

export type { Page } from '../page.ts'

/** Pages that one request reads to fill a page of a derived status (queued, running, canceling). */
const roundsMax = 4

export interface JobFilter {
  readonly statuses?: readonly JobStatus[]
  readonly effectId?: EffectId
  readonly tag?: string
  readonly metadata?: { readonly key: string; readonly value: string }
  readonly idempotencyKey?: string
  /** Cursor: only jobs older than this one. */
  readonly before?: JobId
  /** 1 … 100. */
  readonly limit: number
}

/** A person's jobs, newest first. */
export async function list(
  reader: Reader,
  filter: JobFilter & { readonly owner: UserId },
): Promise<Page<JobView, JobId>> {
  return listBy(reader, filter, async before =>
    ownIds(reader, before === undefined ? filter : { ...filter, before }),
  )
}

/** Reads pages of ids until one page of views is full. Statuses of open jobs are derived, so they are filtered after the read. */
export async function listBy(
  reader: Reader,
  filter: JobFilter,
  idsBefore: (before: JobId | undefined) => Promise<FoundIds>,
): Promise<Page<JobView, JobId>> {
  const rows: JobView[] = []
  let before = filter.before
  for (let round = 0; round < roundsMax; round++) {
    const found = await idsBefore(before)
    const ids = found.ids.slice(0, filter.limit)
    const views = new Map((await showAll(reader, ids)).map(view => [view.id, view]))
    for (const [at, id] of ids.entries()) {
      const view = views.get(id)
      if (view === undefined || !isWanted(view, filter)) continue
      rows.push(view)
      const isLast = at === ids.length - 1 && found.ids.length <= filter.limit
      if (rows.length === filter.limit) {
        return isLast && found.next === undefined
          ? { rows, hasMore: false }
          : { rows, hasMore: true, next: id }
      }
    }
    if (found.next !== undefined) return { rows, hasMore: true, next: found.next }
    const last = ids.at(-1)
    if (found.ids.length <= filter.limit || last === undefined) return { rows, hasMore: false }
    before = last
  }
  return before === undefined ? { rows, hasMore: false } : { rows, hasMore: true, next: before }
}

const isWanted = (view: JobView, { statuses, effectId }: JobFilter): boolean =>
  (statuses === undefined || statuses.includes(view.status)) &&
  (effectId === undefined || view.effectId === effectId)
