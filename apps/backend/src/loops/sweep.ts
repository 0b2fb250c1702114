import { limits } from '@bp/contracts/limits'
import { openCancels, resolveCancel } from '@bp/store/jobs/resolve-cancel'
import { end } from '@bp/store/leases/end'
import { expired } from '@bp/store/leases/expired'
import { noteSweep } from '@bp/store/loops/loop-lease'
import type { Context } from '../context.ts'

/** No sweep for this long: it was us who were away, so beats get this much time before anything counts as lost. */
const awayMs = 10_000
const holdMs = limits.leaseMs + limits.leaseGraceMs
const batch = 64

/**
 * Ends leases that went silent, and acts on wishes to cancel that nobody has acted on. Any number of processes may
 * do this at once: the end deletes a row or it does nothing.
 */
export async function sweep(
  { store, hints, counters, log }: Pick<Context, 'store' | 'hints' | 'counters' | 'log'>,
  signal: AbortSignal,
): Promise<void> {
  const cancels = await store.read(reader =>
    openCancels(reader, { olderThanMs: 1_000, limit: 200 }),
  )
  if (cancels.length > 0) hints.changed(await store.write(writer => resolveCancel(writer, cancels)))

  const { holdForMs } = await store.write(writer => noteSweep(writer, { awayMs, holdMs }))
  if (holdForMs > 0) return
  const found = await store.read(reader =>
    expired(reader, { graceMs: limits.leaseGraceMs, limit: 200 }),
  )
  for (let at = 0; at < found.keys.length && !signal.aborted; at += batch) {
    const keys = found.keys.slice(at, at + batch)
    const ended = await store.write(writer =>
      end(
        writer,
        keys.map(({ overTime, ...key }) => ({
          key,
          end: {
            kind: overTime ? ('timed_out' as const) : ('lost' as const),
            graceMs: limits.leaseGraceMs,
          },
        })),
      ),
    )
    const lost = ended.answers.filter(answer => answer.verdict === 'accepted').length
    if (lost > 0) log.warn({ lost, live: found.live }, 'leases went silent and were ended')
    counters.add('bp_leases_lost_total', lost)
    hints.changed([
      ...ended.answers.flatMap(answer => (answer.changed === undefined ? [] : [answer.changed])),
      ...ended.admitted,
    ])
  }
}
