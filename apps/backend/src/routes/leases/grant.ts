import { limits } from '@bp/contracts/limits'
import type { Lease, LeaseAnswer } from '@bp/contracts/shapes/leases'
import { again as findAgain } from '@bp/store/leases/again'
import type { Granted } from '@bp/store/leases/granted'
import type { Context } from '../../context.ts'
import type { Handler } from '../../http/call.ts'
import { directivesFor } from '../workers/directives.ts'
import { uuidBytes } from './key.ts'
import { leaseToWire } from './lease-to-wire.ts'

/** A worker whose engine is away asks again soon, without a poll being held for it. */
const engineAwayAgainMs = 2_000

/** Work for a worker, now or within 25 s. Leases whose answer cannot be written are taken back at once, uncounted. */
export const grant: Handler<'leases.grant'> = async ({ body, caller, signal }, context) => {
  const { worker } = caller
  const { liveWorkers, dispatcher, store } = context
  liveWorkers.heard(worker.id, {
    health: body.health,
    warm: body.warm_models,
    present: body.present_models,
  })
  const claimId = uuidBytes(body.claim_id)
  const nothing = (askAgainMs: number): { body: LeaseAnswer } => ({
    body: { leases: [], directives: [...directivesFor(worker.state)], ask_again_ms: askAgainMs },
  })

  if (body.again) {
    const found = await store.read(reader => findAgain(reader, { workerId: worker.id, claimId }))
    const leases = await deliverable(found, context)
    if (leases.length > 0) return { body: { leases, directives: [], ask_again_ms: 0 } }
  }
  if (worker.state !== 'ready') return nothing(worker.state === 'registered' ? 500 : 2_000)
  if (body.health !== 'good') return nothing(engineAwayAgainMs)

  const granted = await dispatcher.claim(
    {
      fleetId: worker.fleetId,
      workerId: worker.id,
      claimId,
      slots: body.slots,
      acceptUntilMs: body.accept_for_ms === null ? null : Date.now() + body.accept_for_ms,
    },
    signal,
  )
  if (granted.length === 0) {
    // The row as it is now: a drain is often why there is nothing.
    const current = await context.gate.callers.workerState(worker.id)
    return {
      body: { leases: [], directives: [...directivesFor(current)], ask_again_ms: 0 },
    }
  }
  const leases = await deliverable(granted, context)
  return {
    body: { leases, directives: [], ask_again_ms: 0 },
    undelivered: () => dispatcher.takeBack(granted),
  }
}

/**
 * The leases with what there is to do. A job that cannot be handed out ends here instead of burning its lease:
 * canceled meanwhile, or a payload that is gone or broken.
 */
async function deliverable(granted: readonly Granted[], context: Context): Promise<Lease[]> {
  const leases: Lease[] = []
  for (const lease of granted) {
    const wire = await leaseToWire(lease, context)
    if (wire !== undefined) leases.push(wire)
  }
  return leases.slice(0, limits.listLimitMax)
}
