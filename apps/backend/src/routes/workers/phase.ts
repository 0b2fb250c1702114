import { mark, markPhase } from '@bp/store/launches/mark'
import { ready } from '@bp/store/workers/ready'
import type { Handler } from '../../http/call.ts'
import { directivesFor } from './directives.ts'

/** A phase was reached. `ready` opens the worker for work; every phase of a boot is kept once, with its time. */
export const phase: Handler<'workers.phase'> = async ({ body, caller }, context) => {
  const { worker } = caller
  const { store, gate, hints, liveWorkers } = context
  liveWorkers.heard(worker.id, { phase: body.phase, health: body.health })
  const isReadyNow = body.phase === 'ready' && worker.state === 'registered'
  await store.write(async writer => {
    if (worker.launchId !== 0n) {
      if (body.took_ms !== null)
        await markPhase(writer, {
          launchId: worker.launchId,
          phase: body.phase,
          tookMs: body.took_ms,
        })
      if (isReadyNow) await mark(writer, { id: worker.launchId, to: 'ready' })
    }
    if (isReadyNow) await ready(writer, worker.id)
  })
  if (isReadyNow) {
    gate.callers.forgetWorker(worker.id)
    context.fleetFacts.forget()
    hints.work()
  }
  return { body: { directives: [...directivesFor(await gate.callers.workerState(worker.id))] } }
}
