import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { paths } from '@bp/contracts/paths'
import { Asset, UploadAnswer } from '@bp/contracts/shapes/assets'
import { Job } from '@bp/contracts/shapes/jobs'
import { asOwner } from './api.ts'
import { repositoryRoot } from './places.ts'
import type { Scene } from './scene.ts'
import { until } from './until.ts'

const effect = 'film-noir'

/** Brings the effect's own sample to the bucket, by the signed address that the backend gives out, and runs the effect on it. */
export async function submitJob(scene: Scene): Promise<Job> {
  const bytes = await readFile(join(repositoryRoot, 'effects', effect, 'sample.webp'))
  const asset = await bring(scene, bytes)
  return asOwner(
    scene,
    { ...paths['jobs.submit'], body: { effect, input: { image: asset.id, seed: '7' } } },
    Job,
  )
}

async function bring(scene: Scene, bytes: Buffer): Promise<Asset> {
  const announced = await asOwner(
    scene,
    {
      ...paths['assets.upload'],
      body: {
        sha256: createHash('sha256').update(bytes).digest('hex'),
        size_bytes: bytes.byteLength,
        content_type: 'image/webp',
        name: 'sample.webp',
      },
    },
    UploadAnswer,
  )
  if (announced.asset !== null) return announced.asset
  const [part] = announced.upload?.parts ?? []
  if (part === undefined || announced.upload === null) throw new Error('no plan for the upload')
  const put = await fetch(part.url, {
    method: part.method,
    headers: part.headers,
    body: new Uint8Array(bytes),
  })
  if (!put.ok) throw new Error(`the bucket answers ${put.status}: ${await put.text()}`)
  const { method, path } = paths['assets.uploadComplete']
  return asOwner(scene, { method, path: path.replace(':id', announced.upload.id), body: {} }, Asset)
}

/** The job as its owner sees it now. */
export const showJob = (scene: Scene, id: string): Promise<Job> =>
  asOwner(scene, { method: 'GET', path: paths['jobs.show'].path.replace(':id', id) }, Job)

const ends: readonly string[] = ['succeeded', 'failed', 'expired', 'canceled']

/** Waits for a job's end, which must be a good one. */
export async function endedJob(scene: Scene, id: string, signal: AbortSignal): Promise<Job> {
  const job = await until(
    'the job to end',
    async () => {
      const now = await showJob(scene, id)
      return ends.includes(now.status) ? now : undefined
    },
    { signal },
  )
  if (job.status !== 'succeeded')
    throw new Error(`the job ended as ${job.status}: ${job.error?.message ?? ''}`)
  return job
}
