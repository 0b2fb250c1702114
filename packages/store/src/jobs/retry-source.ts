import type { AssetId, EffectId, WorkflowId, WorkflowVersionId } from '@bp/contracts/ids'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import type { JobKey } from './job-view.ts'
import { jobAssets, jobInfos, jobPayloads, jobs, lanes } from './rows.ts'
import type { JobInfoRow, JobRow } from './rows.ts'

export interface RetrySource {
  readonly job: JobRow
  readonly info: JobInfoRow
  readonly effectId?: EffectId
  readonly workflowId?: WorkflowId
  readonly workflowVersionId?: WorkflowVersionId
  readonly assets: readonly { readonly assetId: AssetId; readonly ref: string }[]
  /** Gone 7 days after the end: then only the input is left to fill again. */
  readonly payload?: Buffer
}

/** What is needed to run the owner's job again. */
export async function retrySource(reader: Reader, key: JobKey): Promise<RetrySource | undefined> {
  const row = await reader.first(sql`
    SELECT ${jobs.select('j')}, ${jobInfos.select('i')}, ${lanes.select('n')}, ${jobPayloads.select('p')}
    FROM job j JOIN job_info i ON i.job_id = j.id JOIN lane n ON n.id = j.lane_id
    LEFT JOIN job_payload p ON p.job_id = j.id
    WHERE j.id = ${key.id} AND j.user_id = ${key.owner}`)
  if (row === undefined) return undefined
  const files = await reader.all(
    sql`SELECT ${jobAssets.select()} FROM job_asset WHERE job_id = ${key.id} ORDER BY asset_id`,
  )
  const job = jobs.read(row, 'j')
  const { workflowId } = lanes.read(row, 'n')
  const payload = jobPayloads.readMaybe(row, 'p')
  return {
    job,
    info: jobInfos.read(row, 'i'),
    ...(job.effectId === null ? {} : { effectId: job.effectId }),
    ...(workflowId === 0n ? {} : { workflowId }),
    ...(job.workflowVersionId === 0n ? {} : { workflowVersionId: job.workflowVersionId }),
    assets: files.map(file => {
      const { assetId, ref } = jobAssets.read(file)
      return { assetId, ref }
    }),
    ...(payload === undefined ? {} : { payload: payload.body }),
  }
}
