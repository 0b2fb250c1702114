import type { Handler } from '../../http/call.ts'
import { endLeases } from './end-leases.ts'
import { leaseKeyOf } from './key.ts'

export const release: Handler<'leases.release'> = async ({ body, caller }, context) => ({
  body: {
    leases: [
      ...(await endLeases(
        body.leases.map(lease => ({
          key: leaseKeyOf(lease, caller.worker.id),
          end: { kind: 'released', reason: lease.reason },
        })),
        context,
      )),
    ],
  },
})
