import { Problem } from '@bp/contracts/errors'
import { parseExact } from '@bp/contracts/exact-json'
import { formatId } from '@bp/contracts/ids'
import type { Lease } from '@bp/contracts/shapes/leases'
import { isRecord } from '@bp/domain/workflows/is-record'
import { end } from '@bp/store/leases/end'
import type { Granted } from '@bp/store/leases/granted'
import type { EndKind } from '@bp/store/leases/lease-end'
import { payload as readPayload, type LeasePayload } from '@bp/store/leases/payload'
import type { Context } from '../../context.ts'
import { fileOf } from '../assets/wire.ts'
import { readBody } from '../workflows/documents.ts'
import { uuidText } from './key.ts'

/** A lease with its payload and fresh addresses; undefined when the job has ended here instead. */
export async function leaseToWire(lease: Granted, context: Context): Promise<Lease | undefined> {
  const { store, log } = context
  const stored = await store.read(reader => readPayload(reader, lease.jobId))
  if (stored === undefined || stored.cancelAsked) {
    await endHere(
      lease,
      stored === undefined
        ? { kind: 'job_fault', code: 'internal', error: { message: 'Its graph is gone.' } }
        : { kind: 'released', reason: 'undelivered' },
      context,
    )
    return undefined
  }
  try {
    return await wireOf(lease, stored, context)
  } catch (thrown) {
    if (thrown instanceof Problem) {
      // No address could be signed: the job is whole, and goes back to its place.
      log.warn({ err: thrown, job: formatId('job', lease.jobId) }, 'a lease was not handed out')
      await endHere(lease, { kind: 'released', reason: 'undelivered' }, context)
      return undefined
    }
    log.error({ err: thrown, job: formatId('job', lease.jobId) }, 'a payload cannot be read')
    await endHere(lease, { kind: 'job_fault', code: 'internal' }, context)
    return undefined
  }
}

async function wireOf(lease: Granted, stored: LeasePayload, { objects }: Context): Promise<Lease> {
  const body = parseExact(readBody(stored.codec, stored.body))
  if (!isRecord(body) || !isRecord(body['graph'])) throw new Error('a payload holds no graph')
  const { graph, outputs, models } = body
  return {
    job: formatId('job', lease.jobId),
    epoch: lease.epoch,
    secret: lease.secret.toString('hex'),
    run_id: uuidText(lease.runId),
    expires_in_ms: lease.expiresInMs,
    attempt: lease.attempt,
    payload: {
      graph: { ...graph },
      inputs: await Promise.all(
        stored.assets.map(async ({ ref, asset }) => ({
          ref,
          asset: formatId('asset', asset.id),
          url: (await objects.signedGet(fileOf(asset))).url,
          sha256: asset.sha256?.toString('hex') ?? '',
          size_bytes: asset.sizeBytes,
          content_type: asset.contentType,
          name: asset.name,
        })),
      ),
      outputs: Array.isArray(outputs) ? outputs : [],
      models: Array.isArray(models) ? models : [],
      allow_partial: body['allow_partial'] === true,
    },
    max_run_ms: lease.runMsMax,
    deadline_in_ms: lease.deadlineInMs,
  }
}

async function endHere(
  lease: Granted,
  how: EndKind,
  { store, hints }: Pick<Context, 'store' | 'hints'>,
): Promise<void> {
  const { jobId, epoch, secret, workerId } = lease
  const ended = await store.write(writer =>
    end(writer, [{ key: { jobId, epoch, secret, workerId }, end: how }]),
  )
  hints.changed([
    ...ended.answers.flatMap(answer => (answer.changed === undefined ? [] : [answer.changed])),
    ...ended.admitted,
  ])
}
