import type { EffectId, UserId } from '@bp/contracts/ids'
import { assets } from '../assets/rows.ts'
import type { AssetRow } from '../assets/rows.ts'
import { addStorage } from '../assets/storage.ts'
import { insertRows } from '../insert-rows.ts'
import type { JobRow } from '../jobs/rows.ts'
import { bytes, noId } from '../row.ts'
import type { Writer } from '../store.ts'
import type { NewOutput } from './lease-end.ts'

/** A job's output with its id. */
export interface IdentifiedOutput extends NewOutput {
  readonly assetId: AssetRow['id']
}

/** Writes the outputs of jobs that succeeded. Never deduplicated: two runs with equal bytes are two results. */
export async function insertOutputs(
  writer: Writer,
  ended: readonly { readonly job: JobRow; readonly outputs: readonly IdentifiedOutput[] }[],
): Promise<void> {
  await insertRows(
    writer,
    assets,
    ended.flatMap(({ job, outputs }) => outputs.map(output => assetOf(job, output))),
  )
  const sizes = new Map<UserId, { bytes: number; assets: number }>()
  for (const { job, outputs } of ended) {
    const sum = sizes.get(job.userId) ?? { bytes: 0, assets: 0 }
    for (const output of outputs) {
      sum.bytes += output.sizeBytes
      sum.assets++
    }
    sizes.set(job.userId, sum)
  }
  await addStorage(writer, sizes)
}

function assetOf(job: JobRow, output: IdentifiedOutput): AssetRow {
  return {
    id: output.assetId,
    userId: job.userId,
    shelf: 'results',
    kind: output.kind,
    source: 'output',
    favourite: false,
    thumbs: output.thumbs ?? 0,
    jobId: job.id,
    effectId: job.effectId ?? noId<EffectId>(),
    sizeBytes: output.sizeBytes,
    sha256: bytes.read(output.sha256),
    blake3: output.blake3 === undefined ? null : bytes.read(output.blake3),
    contentType: output.contentType,
    width: output.width ?? null,
    height: output.height ?? null,
    durationMs: output.durationMs ?? null,
    fpsMilli: output.fpsMilli ?? null,
    thumbhash: output.thumbhash ?? null,
    name: output.name,
    alt: '',
    find: output.name.toLowerCase(),
    tags: '[]',
    objectKey: output.objectKey,
    trashedAt: null,
    expiresAt: null,
    goneAt: null,
  }
}
