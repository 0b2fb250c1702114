import { Problem, problem } from '@bp/contracts/errors'
import { formatId, type AssetId } from '@bp/contracts/ids'
import { names } from '@bp/contracts/names'
import type { Complete, DeliveredOutput, EndAnswer } from '@bp/contracts/shapes/leases'
import type { LeaseEnd, NewOutput } from '@bp/store/leases/lease-end'
import type { Context } from '../../context.ts'
import type { Handler } from '../../http/call.ts'
import { thumbnailBit } from '../assets/wire.ts'
import { endLeases } from './end-leases.ts'
import { leaseKeyOf } from './key.ts'

/**
 * The jobs are done. Every file is looked for before the transaction; one that has not arrived whole leaves its
 * lease alive (`output_missing`), so that the worker can bring it again.
 */
export const complete: Handler<'leases.complete'> = async ({ body, caller }, context) => {
  const looked = await Promise.all(
    body.leases.map(async lease => {
      try {
        const outputs = await Promise.all(
          lease.outputs.map(output => verified(lease, output, context)),
        )
        const end: LeaseEnd = {
          key: leaseKeyOf(lease, caller.worker.id),
          end: { kind: 'succeeded', outputs, timings: lease.timings },
        }
        return { lease, end }
      } catch (thrown) {
        if (!(thrown instanceof Problem) || thrown.code !== 'output_missing') throw thrown
        return { lease, problem: thrown }
      }
    }),
  )
  const ends = looked.flatMap(one => ('end' in one ? [one.end] : []))
  const answers = [...(await endLeases(ends, context))]
  return {
    body: {
      leases: looked.map((one): EndAnswer['leases'][number] => {
        if ('end' in one) {
          const answer = answers.shift()
          if (answer === undefined) throw new Error('an end was not answered')
          return answer
        }
        // Nothing was ended: neither accepted nor gone. The problem says what to do; the verdict that keeps is none.
        return {
          job: one.lease.job,
          epoch: one.lease.epoch,
          verdict: 'stale',
          problem: one.problem.code,
        }
      }),
    },
  }
}

type CompleteItem = Complete['leases'][number]

/** An output that lies in the object store as it was announced, under a key of this very attempt. */
async function verified(
  lease: CompleteItem,
  output: DeliveredOutput,
  context: Context,
): Promise<NewOutput> {
  const { objects, store } = context
  const folder = `jobs/${lease.job}/${lease.epoch}/`
  const head = output.object_key.startsWith(folder)
    ? await objects.head(output.object_key)
    : undefined
  if (head === undefined || head.sizeBytes !== output.size_bytes || head.sha256 !== output.sha256)
    throw problem('output_missing', { name: output.name })

  const assetId = store.ids.next<AssetId>()
  const thumbs = await placeThumbnails(assetId, folder, output, context)
  return {
    assetId,
    key: output.key,
    nodeId: output.node_id,
    name: output.name,
    kind: output.kind,
    reused: output.reused,
    contentType: head.contentType,
    sizeBytes: output.size_bytes,
    sha256: Buffer.from(output.sha256, 'hex'),
    thumbs,
    objectKey: output.object_key,
    ...(output.width === null ? {} : { width: output.width }),
    ...(output.height === null ? {} : { height: output.height }),
    ...(output.duration_ms === null ? {} : { durationMs: output.duration_ms }),
    ...(output.fps === null ? {} : { fpsMilli: Math.round(output.fps * 1000) }),
  }
}

/** A thumbnail larger than this is none. */
const thumbnailBytesMax = 1_048_576

/**
 * Thumbnails move from the attempt's keys to the asset's. They are a convenience: one that is missing or odd is left
 * out, the result stands.
 */
async function placeThumbnails(
  assetId: AssetId,
  folder: string,
  output: DeliveredOutput,
  { objects, log }: Context,
): Promise<number> {
  let thumbs = 0
  for (const { w, object_key: key } of output.thumbnails) {
    const bit = thumbnailBit(w)
    if (bit === 0 || !key.startsWith(folder)) continue
    try {
      const head = await objects.head(key)
      const isGood =
        head !== undefined &&
        head.sizeBytes <= thumbnailBytesMax &&
        head.contentType === 'image/webp'
      const stream = isGood ? await objects.read(key) : undefined
      if (stream === undefined) continue
      const bytes = Buffer.concat(await stream.toArray())
      const target = names.objectKeys.thumbnail(formatId('asset', assetId), w)
      await objects.putBytes(target, 'image/webp', bytes)
      thumbs |= bit
    } catch (thrown) {
      log.warn({ err: thrown }, 'a thumbnail of a result was left out')
    }
  }
  return thumbs
}
