import type { Fail } from '@bp/contracts/shapes/leases'
import type { EndKind, JobFaultDetails } from '@bp/store/leases/lease-end'
import type { Handler } from '../../http/call.ts'
import { inputsToBlame } from './blame.ts'
import { endLeases } from './end-leases.ts'
import { leaseKeyOf } from './key.ts'

type Failure = Fail['leases'][number]['failure']

export const fail: Handler<'leases.fail'> = async ({ body, caller }, context) => {
  const failures = body.leases.map(lease => ({
    key: leaseKeyOf(lease, caller.worker.id),
    failure: lease.failure,
  }))
  const blamed = await inputsToBlame(
    failures.flatMap(({ key, failure }) =>
      failure.kind === 'job'
        ? [
            {
              jobId: key.jobId,
              place: { pointer: failure.error.pointer, nodeId: failure.error.node_id },
            },
          ]
        : [],
    ),
    context,
  )
  const ends = failures.map(({ key, failure }) => ({
    key,
    end: endOf(failure, blamed.get(key.jobId)),
  }))
  return { body: { leases: [...(await endLeases(ends, context))] } }
}

/** Who is to blame decides: the job ends, or our machines are at fault and it runs again. */
function endOf(failure: Failure, pointer: string | undefined): EndKind {
  if (failure.kind === 'infrastructure')
    return { kind: 'infrastructure', code: failure.code, message: failure.message }
  return { kind: 'job_fault', code: failure.error.code, error: detailsOf(failure.error, pointer) }
}

function detailsOf(
  error: Extract<Failure, { kind: 'job' }>['error'],
  pointer: string | undefined,
): JobFaultDetails {
  return {
    message: error.message.slice(0, 2_000),
    ...(pointer === undefined ? {} : { pointer }),
    ...(error.node_id === null ? {} : { nodeId: error.node_id }),
    ...(error.node_class === null ? {} : { nodeClass: error.node_class }),
    ...(error.received === undefined ? {} : { received: bounded(error.received) }),
    ...(error.allowed === undefined ? {} : { allowed: bounded(error.allowed) }),
    ...(error.traceback === null ? {} : { traceback: error.traceback }),
  }
}

/** Values are repeated to help, not to be kept: one whose JSON is longer is cut and becomes text. */
const valueLengthMax = 4_096

function bounded(value: unknown): unknown {
  const text = JSON.stringify(value) ?? 'null'
  return text.length <= valueLengthMax ? value : `${text.slice(0, valueLengthMax)}…`
}
