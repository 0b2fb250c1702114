import type { UserId } from '@bp/contracts/ids'
import { eventSeq } from '@bp/contracts/jobs'
import type { JobPriority } from '@bp/contracts/jobs'
import type { StatChanges } from '../stat.ts'
import type { Writer } from '../store.ts'
import { admitHeld } from './admit.ts'
import type { Entering } from './admit.ts'
import type { JobChange } from './job-change.ts'
import { lineText, lockLines, writeLines } from './lines.ts'

/** A job that has left a place for good, or for `delayed`: what its user's line gets back. */
export interface GivenBack {
  readonly fleetId: number
  readonly userId: UserId
  readonly prio: JobPriority
  /** Ready and lease hold a token; held is only counted; delayed holds nothing. */
  readonly place: 'ready' | 'lease' | 'held' | 'delayed'
}

/** Gives tokens back and admits the next held jobs of the same users, in the order of their passes. */
export async function giveBack(
  writer: Writer,
  given: readonly GivenBack[],
  now: number,
  stats: StatChanges,
): Promise<readonly JobChange[]> {
  const counted = given.filter(one => one.place !== 'delayed')
  if (counted.length === 0) return []
  const lines = await lockLines(writer, counted)
  for (const one of counted) {
    const line = lines.get(lineText(one))
    if (line === undefined) throw new Error('a line was not locked before it got tokens back')
    if (one.place === 'held') line.held--
    else line.active--
  }
  const admitted = await admitHeld(writer, lines, now, stats)
  await writeLines(writer, lines)
  return admitted.map(enteredChange)
}

/** A job that stands in the ready line now. Going from held to ready writes no event: people see `queued` both times. */
export const enteredChange = (job: Entering): JobChange => ({
  jobId: job.jobId,
  userId: job.userId,
  laneId: job.laneId,
  prio: job.prio,
  status: 'queued',
  kind: job.epoch === 0 ? 'queued' : 'requeued',
  seq: job.epoch === 0 ? 0 : eventSeq(job.epoch, 2),
  readyPass: job.pass,
})
