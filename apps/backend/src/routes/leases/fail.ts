import type { Fail } from '@bp/contracts/shapes/leases'
import type { EndKind } from '@bp/store/leases/lease-end'
import type { Handler } from '../../http/call.ts'
import { endLeases } from './end-leases.ts'
import { leaseKeyOf } from './key.ts'

export const fail: Handler<'leases.fail'> = async ({ body, caller }, context) => ({
  body: {
    leases: [
      ...(await endLeases(
        body.leases.map(lease => ({
          key: leaseKeyOf(lease, caller.worker.id),
          end: endOf(lease.failure),
        })),
        context,
      )),
    ],
  },
})

/** Who is to blame decides: the job ends, or our machines are at fault and it runs again. */
function endOf(failure: Fail['leases'][number]['failure']): EndKind {
  if (failure.kind === 'infrastructure')
    return { kind: 'infrastructure', code: failure.code, message: failure.message }
  const { error } = failure
  return {
    kind: 'job_fault',
    code: error.code,
    error: {
      message: error.message.slice(0, 2_000),
      ...(error.node_id === null ? {} : { nodeId: error.node_id }),
      ...(error.node_class === null ? {} : { nodeClass: error.node_class }),
    },
  }
}
