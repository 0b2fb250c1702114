import { problem } from '@bp/contracts/errors'
import { drained as markDrained } from '@bp/store/workers/drained'
import type { Handler } from '../../http/call.ts'

/** Nothing is held any more, says the worker; the lease rows are what counts. */
export const drained: Handler<'workers.drained'> = async ({ caller }, context) => {
  const { worker } = caller
  const answer = await context.store.write(writer => markDrained(writer, worker.id))
  if (answer !== undefined && 'refused' in answer)
    throw problem('worker_busy', { leases: answer.leases })
  context.gate.callers.forgetWorker(worker.id)
  context.fleetFacts.forget()
  context.hints.work()
  return { body: { ok: true } }
}
