import { endWorker } from '@bp/store/workers/end'
import { endWorkerLeases } from '../../fleet/end-worker-leases.ts'
import type { Handler } from '../../http/call.ts'

/** The machine asks to be ended. What it still holds goes back unharmed: it has said so in time. */
export const deregister: Handler<'workers.deregister'> = async ({ body, caller }, context) => {
  const { worker } = caller
  context.log.info({ worker: worker.instance, reason: body.reason }, 'a worker signs off')
  await context.store.write(writer => endWorker(writer, worker.id))
  await endWorkerLeases(worker.id, context, { kind: 'released', reason: 'shutdown' })
  context.gate.callers.forgetWorker(worker.id)
  context.liveWorkers.forget(worker.id)
  context.fleetFacts.forget()
  context.hints.work()
  return { body: { ok: true } }
}
