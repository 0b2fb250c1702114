import { problem } from '@bp/contracts/errors'
import { names } from '@bp/contracts/names'
import { ofWorker } from '@bp/store/leases/of-worker'
import type { Handler } from '../../http/call.ts'
import { keySafeName, safeContentType } from '../../objects/object-store.ts'
import { leaseKeyOf } from './key.ts'

/**
 * Where to bring the files of a job. Asked for when they are ready, so that no address can expire during a run; the
 * epoch stands in each key, so that a late loser overwrites nothing.
 */
export const outputs: Handler<'leases.outputs'> = async ({ body, caller }, { store, objects }) => {
  const key = leaseKeyOf(body.lease, caller.worker.id)
  const held = await store.read(reader => ofWorker(reader, caller.worker.id))
  const isHeld = held.some(
    lease =>
      lease.jobId === key.jobId &&
      lease.epoch === key.epoch &&
      lease.secret.equals(Buffer.from(key.secret)),
  )
  if (!isHeld) throw problem('lease_lost', {})
  const files = await Promise.all(
    body.files.map(async file => {
      const objectKey = names.objectKeys.output(
        body.lease.job,
        key.epoch,
        file.n,
        keySafeName(file.name),
      )
      const plan = await objects.planPut({
        key: objectKey,
        sizeBytes: file.size_bytes,
        contentType: safeContentType(file.content_type),
        sha256: file.sha256,
      })
      return { n: file.n, ...plan, headers: { ...plan.headers }, object_key: objectKey }
    }),
  )
  return { body: { files } }
}
