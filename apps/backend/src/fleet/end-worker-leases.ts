import type { WorkerId } from '@bp/contracts/ids'
import { end } from '@bp/store/leases/end'
import type { EndKind } from '@bp/store/leases/lease-end'
import { ofWorker } from '@bp/store/leases/of-worker'
import type { Context } from '../context.ts'

/** A machine is known to be gone: its leases end now, without waiting for their expiry. Answers how many. */
export async function endWorkerLeases(
  workerId: WorkerId,
  { store, hints, counters }: Pick<Context, 'store' | 'hints' | 'counters'>,
  how: EndKind = { kind: 'lost' },
): Promise<number> {
  const held = await store.read(reader => ofWorker(reader, workerId))
  if (held.length === 0) return 0
  const ended = await store.write(writer =>
    end(
      writer,
      held
        .slice(0, 64)
        .map(({ jobId, epoch, secret }) => ({ key: { jobId, epoch, secret }, end: how })),
    ),
  )
  counters.add('bp_leases_lost_total', ended.answers.length)
  hints.changed([
    ...ended.answers.flatMap(answer => (answer.changed === undefined ? [] : [answer.changed])),
    ...ended.admitted,
  ])
  return held.length
}
