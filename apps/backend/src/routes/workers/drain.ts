import { problem } from '@bp/contracts/errors'
import { parseId } from '@bp/contracts/ids'
import { record } from '@bp/store/audit/record'
import { ofWorker } from '@bp/store/leases/of-worker'
import { drain as drainWorker } from '@bp/store/workers/drain'
import { show } from '@bp/store/workers/show'
import type { Handler } from '../../http/call.ts'
import { workerToWire } from './wire.ts'

/** Lets a worker finish what it runs. The drain and who asked for it are one transaction. */
export const drain: Handler<'workers.drain'> = async (
  { params, caller, ip, requestId },
  context,
) => {
  const { store, gate, dispatcher } = context
  const workerId = parseId('worker', params.id)
  if (workerId === undefined) throw problem('not_found', { noun: 'worker' })
  const drained = await store.write(async writer => {
    const answer = await drainWorker(writer, { workerId, reason: 'operator' })
    if (answer !== undefined && answer.state !== 'ended')
      await record(writer, {
        actorId: caller.id,
        ip,
        route: 'workers.drain',
        target: params.id,
        requestId,
      })
    return answer
  })
  if (drained === undefined) throw problem('not_found', { noun: 'worker' })
  if (drained.state === 'ended')
    throw problem('state_conflict', { reason: 'This worker has ended.' })
  gate.callers.forgetWorker(workerId)
  dispatcher.dismiss(workerId)
  context.fleetFacts.forget()
  context.hints.work()
  const found = await store.read(async reader => ({
    row: await show(reader, workerId),
    held: await ofWorker(reader, workerId),
  }))
  if (found.row === undefined) throw problem('not_found', { noun: 'worker' })
  return {
    body: workerToWire(
      found.row,
      found.held.map(lease => lease.jobId),
    ),
  }
}
