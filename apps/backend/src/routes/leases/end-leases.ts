/** Complete, fail and release are one: each lease is ended in one transaction, each with its own verdict. */
import { formatId } from '@bp/contracts/ids'
import type { EndAnswer } from '@bp/contracts/shapes/leases'
import { end } from '@bp/store/leases/end'
import type { LeaseEnd } from '@bp/store/leases/lease-end'
import type { Context } from '../../context.ts'

type Answer = EndAnswer['leases'][number]

/** Ends leases and tells the world; answers in the order given. */
export async function endLeases(
  ends: readonly LeaseEnd[],
  { store, hints, counters }: Pick<Context, 'store' | 'hints' | 'counters'>,
): Promise<readonly Answer[]> {
  if (ends.length === 0) return []
  const ended = await store.write(writer => end(writer, ends))
  counters.add(
    'bp_ends_stale_total',
    ended.answers.filter(answer => answer.verdict === 'stale').length,
  )
  hints.changed([
    ...ended.answers.flatMap(answer => (answer.changed === undefined ? [] : [answer.changed])),
    ...ended.admitted,
  ])
  return ended.answers.map((answer, at) => ({
    job: formatId('job', answer.jobId),
    epoch: ends[at]?.key.epoch ?? 0,
    verdict: answer.verdict,
    problem: null,
  }))
}
