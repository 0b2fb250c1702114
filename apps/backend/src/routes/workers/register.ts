import { createHash, randomBytes } from 'node:crypto'
import { problem } from '@bp/contracts/errors'
import { formatId, parseId } from '@bp/contracts/ids'
import { limits } from '@bp/contracts/limits'
import { names } from '@bp/contracts/names'
import { workerProtocol } from '@bp/contracts/workers'
import { find } from '@bp/store/fleets/find'
import { mark } from '@bp/store/launches/mark'
import { register as registerWorker } from '@bp/store/workers/register'
import { endWorkerLeases } from '../../fleet/end-worker-leases.ts'
import type { Handler } from '../../http/call.ts'

/**
 * Becomes a worker. Its secret was checked at the gate: a launch may only be claimed with that launch's own, and a stage
 * with a secret of that stage. A machine that no launch row knows tells itself what it is.
 */
export const register: Handler<'workers.register'> = async ({ body, caller }, context) => {
  const { store, gate, liveWorkers } = context
  const launch = body.launch === null ? undefined : parseId('launch', body.launch)
  if (caller.launch !== launch || !caller.stages.includes(body.stage))
    throw problem('secret_wrong', {})
  if (body.protocol < workerProtocol.min || body.protocol > workerProtocol.max)
    throw problem('protocol_unsupported', {
      received: body.protocol,
      allowed: `${workerProtocol.min} to ${workerProtocol.max}`,
    })
  const token = randomBytes(32).toString('base64url')
  const registered = await store.write(async writer => {
    const fleet = await find(writer, { stage: body.stage, slug: body.fleet })
    if (fleet === undefined) return undefined
    const made = await registerWorker(writer, {
      fleetId: fleet.id,
      market: isLocalFleet(body) ? 'local' : (body.machine?.market ?? 'local'),
      instance: body.instance,
      bootHash: createHash('sha256').update(body.boot_id).digest(),
      tokenHash: createHash('sha256').update(token).digest(),
      protocol: body.protocol,
      generation: fleet.generation,
      slots: body.slots,
      hardware: JSON.stringify({
        ...body.hardware,
        versions: body.versions,
        ...(body.machine === null
          ? {}
          : { az: body.machine.az, instance_type: body.machine.instance_type }),
      }),
      silentMs: limits.workerSilentMs,
      ...(launch === undefined ? {} : { launchId: launch }),
    })
    if ('workerId' in made && launch !== undefined)
      await mark(writer, { id: launch, to: 'registered', instance: body.instance })
    return made
  })
  if (registered === undefined)
    throw problem('fleet_unconfigured', { fleet: `${body.stage}/${body.fleet}` })
  if ('refused' in registered)
    throw problem('worker_bound', {}, { retryAfterS: limits.workerSilentMs / 1000 })
  if (registered.replaced !== undefined) {
    gate.callers.forgetWorker(registered.replaced)
    await endWorkerLeases(registered.replaced, context)
  }
  gate.callers.forgetWorker(registered.workerId)
  liveWorkers.heard(registered.workerId, { phase: 'registered' })
  context.fleetFacts.forget()
  return {
    body: {
      worker: formatId('worker', registered.workerId),
      token,
      protocol: workerProtocol.max,
      config: { beat_every_ms: limits.beatEveryMs, lease_ms: limits.leaseMs },
    },
  }
}

const isLocalFleet = (body: { readonly stage: string; readonly fleet: string }): boolean =>
  body.stage === names.localFleet.stage && body.fleet === names.localFleet.slug
