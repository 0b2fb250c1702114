import { parseExact } from '@bp/contracts/exact-json'
import type { Lease, LeaseAnswer } from '@bp/contracts/shapes/leases'
/**
 * Asking for work. One long poll at a time; a claim has an id of its own, and after a broken call the same id is sent
 * again, so that an answer which got lost on its way (with a lease in it) costs a reconnect and not the lease.
 */
import type { WorkerHealth } from '@bp/contracts/workers'
import { fieldsOf, isFields, listOf } from './comfy/json.ts'
import { reasonOf, type Log } from './log.ts'
import { callMs, type Plane } from './plane.ts'

export interface LeaseAsker {
  /** One long poll. Throws what the client throws; the next ask then repeats this claim. */
  ask(health: WorkerHealth, signal: AbortSignal): Promise<LeaseAnswer>
  /** After a poll that was called off: what its lost answer may have granted. Quick, and never throws. */
  settle(): Promise<readonly Lease[]>
}

// One engine runs one prompt at a time.
const slots = 1
const settleMs = 1_500

export function leaseAsker({
  plane,
  log,
}: {
  readonly plane: Plane
  readonly log: Log
}): LeaseAsker {
  let claimId = crypto.randomUUID()
  let isUnanswered = false

  const ask = async (
    health: WorkerHealth,
    signal: AbortSignal,
    timeoutMs: number,
  ): Promise<LeaseAnswer> => {
    const again = isUnanswered
    isUnanswered = true
    const answer = await plane.leases.grant({
      body: { claim_id: claimId, again, slots, health },
      signal,
      timeoutMs,
    })
    isUnanswered = false
    claimId = crypto.randomUUID()
    return answer.leases.length === 0 ? answer : withExactGraphs(answer, plane.leaseText())
  }

  return {
    ask: (health, signal) => ask(health, signal, callMs.lease),
    settle: async () => {
      if (!isUnanswered) return []
      try {
        // Who is not well is given nothing new and is answered at once; what was granted before is named all the same.
        return (await ask('unhealthy', AbortSignal.timeout(settleMs), settleMs)).leases
      } catch (error) {
        // No answer within its time is the usual one: there was nothing to grant.
        log.info('lease.unsettled', { reason: reasonOf(error) })
        return []
      }
    },
  }
}

/** The same leases with the numbers of their graphs as they were written. */
function withExactGraphs(answer: LeaseAnswer, text: string): LeaseAnswer {
  const exact = listOf(fieldsOf(parseExact(text))['leases'])
  return {
    ...answer,
    leases: answer.leases.map((lease, at) => {
      const graph = fieldsOf(fieldsOf(exact[at])['payload'])['graph']
      return isFields(graph) ? { ...lease, payload: { ...lease.payload, graph } } : lease
    }),
  }
}
