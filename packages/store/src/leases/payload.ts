import type { AssetId, JobId, UserId } from '@bp/contracts/ids'
import type { BodyCodec } from '@bp/contracts/workflows'
import { assets } from '../assets/rows.ts'
import type { AssetRow } from '../assets/rows.ts'
import { jobAssets, jobPayloads, jobs } from '../jobs/rows.ts'
import { maybe, int } from '../row.ts'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'

export interface LeasePayload {
  readonly jobId: JobId
  readonly userId: UserId
  readonly codec: BodyCodec
  readonly body: Buffer
  readonly assets: readonly {
    readonly ref: string
    readonly assetId: AssetId
    readonly asset: AssetRow
  }[]
  /** A cancel was asked for meanwhile: end the lease now instead of sending it. */
  readonly cancelAsked: boolean
}

/** What the worker of this job needs, read after the grant has been committed; undefined when the payload is gone. */
export async function payload(reader: Reader, jobId: JobId): Promise<LeasePayload | undefined> {
  const row = await reader.first(sql`
    SELECT ${jobPayloads.select('p')}, ${jobs.select('j')}, c.asked_at AS asked_at
    FROM job_payload p JOIN job j ON j.id = p.job_id LEFT JOIN job_cancel c ON c.job_id = p.job_id
    WHERE p.job_id = ${jobId}`)
  if (row === undefined) return undefined
  const stored = jobPayloads.read(row, 'p')
  const files = await reader.all(sql`
    SELECT ${jobAssets.select('x')}, ${assets.select('a')}
    FROM job_asset x JOIN asset a ON a.id = x.asset_id WHERE x.job_id = ${jobId} ORDER BY x.asset_id`)
  return {
    jobId,
    userId: jobs.read(row, 'j').userId,
    codec: stored.codec,
    body: stored.body,
    assets: files.map(file => {
      const { ref, assetId } = jobAssets.read(file, 'x')
      return { ref, assetId, asset: assets.read(file, 'a') }
    }),
    cancelAsked: maybe(int).read(row['asked_at']) !== null,
  }
}
