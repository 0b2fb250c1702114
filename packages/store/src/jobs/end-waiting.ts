import type { FinalStatus } from '@bp/contracts/jobs'
import type { StatChanges } from '../stat.ts'
import type { Writer } from '../store.ts'
import { finishJobs } from './finish.ts'
import type { Finishing } from './finish.ts'
import { giveBack } from './give-back.ts'
import type { GivenBack } from './give-back.ts'
import type { JobChange } from './job-change.ts'
import { fleetsOfLanes } from './lane-fleets.ts'
import { leavePlace } from './leave-place.ts'
import type { LeftPlace } from './leave-place.ts'
import { lockJobs } from './lock-jobs.ts'
import type { JobRow } from './rows.ts'

/** Ends those of these jobs that wait; the others are left as they are. Answers what changed, admitted neighbours included. */
export async function endWaiting(
  writer: Writer,
  jobs: readonly JobRow[],
  end: { readonly to: FinalStatus; readonly errorCode: string | null },
  stats: StatChanges,
): Promise<readonly JobChange[]> {
  const fleetOf = await fleetsOfLanes(
    writer,
    jobs.map(job => job.laneId),
  )
  const left = new Map<bigint, LeftPlace>()
  for (const job of jobs) {
    const place = await leavePlace(writer, job, fleetOf(job.laneId))
    if (place !== undefined) left.set(job.id, place)
  }
  const gone = jobs.filter(job => left.has(job.id))
  const locked = await lockJobs(
    writer,
    gone.map(job => job.id),
  )
  const now = await writer.now()
  const endings: Finishing[] = []
  const given: GivenBack[] = []
  for (const { id } of gone) {
    const job = locked.jobs.get(id)
    const place = left.get(id)
    if (job === undefined || place === undefined) continue
    const { epoch } = place.row
    // A wish to cancel wins over a deadline: the person has said so.
    const isCanceled = locked.cancelAsked.has(id)
    const to = isCanceled ? 'canceled' : end.to
    const errorCode = isCanceled ? null : end.errorCode
    const error = errorCode === null ? {} : { error: { code: errorCode } }
    // After a requeue place 2 of this epoch's events is taken: the end of the waiting is place 3.
    const isLate = epoch > 0
    endings.push({
      job,
      from: 'queued',
      to,
      epoch,
      errorCode,
      result: JSON.stringify(error),
      isLate,
    })
    given.push({ ...job, fleetId: fleetOf(job.laneId), place: place.place })
    stats.add(job, placeDelta(place))
  }
  const changes = await finishJobs(writer, endings, now, stats)
  const admitted = await giveBack(writer, given, now, stats)
  return [...changes, ...admitted]
}

/** What leaving a waiting place does to the gauges. */
export function placeDelta(left: LeftPlace): Readonly<Record<string, number>> {
  if (left.place === 'ready') return { ready: -1, readyMs: -left.row.costMs }
  return left.place === 'held' ? { held: -1 } : { dueLater: -1 }
}
