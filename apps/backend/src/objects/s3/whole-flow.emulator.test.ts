/** The whole system with its files in S3: what a person brings, what a worker makes, and what is shown of both. */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { Asset, UploadAnswer } from '@bp/contracts/shapes/assets'
import type { Effect } from '@bp/contracts/shapes/effects'
import type { Job } from '@bp/contracts/shapes/jobs'
import { startSystem } from '@bp/testkit/system'
import { createBucket, openTestEmulator } from '../../../test/emulator.ts'
import { announcement, putParts } from '../../testing/test-backend.ts'

const bucket = 'bp-media-000000000000'
const patienceMs = 60_000

it('upload, effect, result and thumbnails go through the bucket', async () => {
  await using emulator = await openTestEmulator({ auth: true })
  await createBucket(bucket)
  await using system = await startSystem({
    env: { ...emulator.env, BP_MEDIA_BUCKET: bucket },
  })
  // A program on the owner's own machine: no key.
  const call = async <Body>(method: string, path: string, body?: unknown): Promise<Body> => {
    const answer = await fetch(`${system.url}/api/v1${path}`, {
      method,
      ...(body === undefined
        ? {}
        : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    if (!answer.ok) throw new Error(`${method} ${path}: ${text}`)
    return JSON.parse(text)
  }
  const bytesAt = async (url: string): Promise<Buffer> => {
    const answer = await fetch(url)
    expect([url, answer.status]).toEqual([url, 200])
    return Buffer.from(await answer.arrayBuffer())
  }
  expect(new URL(system.filesUrl).origin).toBe(emulator.endpoint)

  const effect = await call<Effect>('GET', '/effects/soft-focus')
  // Media of effects were brought at the start; their address is relative to the files origin.
  const sample = await bytesAt(system.filesUrl + (effect.sample?.url ?? ''))

  const { upload } = await call<UploadAnswer>(
    'POST',
    '/uploads',
    announcement(sample, 'image/webp', 'sample.webp'),
  )
  if (upload === null) throw new Error('no upload was planned')
  expect(upload.parts.map(part => new URL(part.url).origin)).toEqual([emulator.endpoint])
  expect(await putParts(upload, sample)).toBe(200)
  const photo = await call<Asset>('POST', `/uploads/${upload.id}/complete`, {})
  expect(await bytesAt(photo.url)).toEqual(sample)

  const { id } = await call<Job>('POST', '/jobs', {
    effect: 'soft-focus',
    input: { image: photo.id },
  })
  await expect
    .poll(async () => (await call<Job>('GET', `/jobs/${id}`)).status, { timeout: patienceMs })
    .toBe('succeeded')
  const job = await call<Job>('GET', `/jobs/${id}`)
  const [output] = job.outputs
  const result = await bytesAt(output?.asset.url ?? '')
  expect(createHash('sha256').update(result).digest('hex')).toBe(output?.asset.sha256)
  const thumbnails = [...photo.thumbnails, ...(output?.asset.thumbnails ?? [])]
  expect(thumbnails.length).toBeGreaterThan(1)
  for (const { url } of thumbnails) expect((await bytesAt(url)).length).toBeGreaterThan(100)

  // Nothing of it lies on the machine.
  expect(existsSync(join(system.dataFolder, 'objects'))).toBe(false)
})
