import { problem } from '@bp/contracts/errors'
import { backlog } from '@bp/store/fleets/backlog'
import { find } from '@bp/store/fleets/find'
import { supply } from '@bp/store/fleets/supply'
import { tickAge } from '@bp/store/loops/loop-lease'
import { scaleLoop } from '../../fleet/scale.ts'
import type { Handler } from '../../http/call.ts'

/** What the fallback must know before it ends a machine: who holds what, and whether the scaler is able. */
export const machines: Handler<'fleets.machines'> = async ({ params }, { store }) => {
  const found = await store.read(async reader => {
    const fleet = await find(reader, params)
    if (fleet === undefined) return undefined
    return {
      supply: await supply(reader, fleet.id),
      waits: await backlog(reader, fleet.id),
      scalerAgeMs: await tickAge(reader, scaleLoop),
    }
  })
  if (found === undefined) throw problem('not_found', { noun: 'fleet' })
  return {
    body: {
      scaler_age_ms: found.scalerAgeMs ?? null,
      waiting: found.waits.ready,
      // Counted twice, by lane and by worker: whoever ends machines believes the larger number.
      leases: Math.max(
        found.waits.leased,
        found.supply.workers.reduce((sum, worker) => sum + worker.leases, 0),
      ),
      workers: found.supply.workers.map(({ instance, state, leases }) => ({
        instance,
        state,
        leases,
      })),
    },
  }
}
