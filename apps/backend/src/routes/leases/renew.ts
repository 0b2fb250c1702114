import { formatId } from '@bp/contracts/ids'
import { limits } from '@bp/contracts/limits'
import { renew as renewLeases } from '@bp/store/leases/renew'
import type { Handler } from '../../http/call.ts'
import { directivesFor } from '../workers/directives.ts'
import { leaseKeyOf } from './key.ts'

/** Keeps leases alive. The new expiry counts from now; a lease that is somebody else's is `lost`, one to stop `cancel`. */
export const renew: Handler<'leases.renew'> = async ({ body, caller }, context) => {
  const { worker } = caller
  const { store, hints, liveWorkers } = context
  liveWorkers.heard(worker.id, {
    busy: body.leases.length,
    host: body.host,
    phase: phaseOf(worker.state, body.leases.length),
    ...(body.host.engine === undefined
      ? {}
      : { health: body.host.engine === 'away' ? 'engine_away' : 'good' }),
  })
  const beats = body.leases.map(lease => ({
    ...leaseKeyOf(lease, worker.id),
    workerId: worker.id,
    phase: lease.phase,
    ...(lease.progress === null
      ? {}
      : {
          progress: Math.round(lease.progress.value * 10_000),
          data: shortened(JSON.stringify(lease.progress), lease.progress),
        }),
  }))
  const answers =
    beats.length === 0
      ? []
      : await store.write(writer => renewLeases(writer, beats, { ttlMs: limits.leaseMs }))
  hints.progressed(
    answers.flatMap(answer =>
      answer.verdict === 'lost' ? [] : [{ jobId: answer.jobId, userId: answer.userId }],
    ),
  )
  return {
    body: {
      leases: answers.map((answer, at) => ({
        job: formatId('job', answer.jobId),
        epoch: beats[at]?.epoch ?? 0,
        verdict: answer.verdict,
        reason: answer.verdict === 'cancel' ? answer.reason : null,
        expires_in_ms: answer.expiresInMs,
      })),
      directives: [...directivesFor(await context.gate.callers.workerState(worker.id))],
      // ± 10 %, so that the beats of a fleet do not fall into step.
      renew_in_ms: Math.round(limits.beatEveryMs * (0.9 + Math.random() * 0.2)),
    },
  }
}

const phaseOf = (state: string, busy: number) =>
  state === 'draining' ? 'draining' : busy > 0 ? 'busy' : 'ready'

/** The row holds 1,024 characters: what does not fit loses its message, then its details. */
function shortened(text: string, progress: { readonly value: number }): string {
  if (text.length <= 1_024) return text
  const bare = JSON.stringify({ ...progress, message: null })
  if (bare.length <= 1_024) return bare
  return JSON.stringify({
    value: progress.value,
    nodes_done: 0,
    nodes_total: 0,
    current_node: null,
    current_node_class: null,
    step: null,
    steps: null,
    message: null,
  })
}
