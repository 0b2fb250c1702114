import { problem } from '@bp/contracts/errors'
import { find } from '@bp/store/fleets/find'
import { drainIdle } from '@bp/store/workers/drain-idle'
import type { Handler } from '../../http/call.ts'

/** Drains the worker of a machine for the fallback, but only if it holds no lease; a busy one is left as it is. */
export const drainMachine: Handler<'fleets.drainMachine'> = async ({ params, body }, context) => {
  const { store, gate, dispatcher } = context
  const drained = await store.write(async writer => {
    const fleet = await find(writer, params)
    if (fleet === undefined) return undefined
    return drainIdle(writer, { fleetId: fleet.id, instance: body.instance })
  })
  if (drained === undefined) throw problem('not_found', { noun: 'fleet' })
  if (drained.result === 'drained') {
    gate.callers.forgetWorker(drained.workerId)
    dispatcher.dismiss(drained.workerId)
    context.fleetFacts.forget()
    context.hints.work()
    context.log.warn({ instance: body.instance }, 'the fallback drained an idle worker')
  }
  return { body: { result: drained.result } }
}
