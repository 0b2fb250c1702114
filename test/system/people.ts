import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createClient, type Client } from '@bp/client'
import { bringFile } from '@bp/client/upload'
import { finalStatuses } from '@bp/contracts/jobs'
import type { Asset } from '@bp/contracts/shapes/assets'
import type { Job } from '@bp/contracts/shapes/jobs'
import type { RunningSystem } from '@bp/testkit/system'

/** How long a whole-system test waits for something that must happen. */
const patienceMs = 60_000

/** A program on the owner's own machine: no key, no browser headers. */
export const programOn = (system: { readonly url: string }): Client =>
  createClient({ baseUrl: system.url })

const samplesFolder = resolve(import.meta.dirname, '../../effects')

/** A picture that comes with an effect. */
const samplePicture = (slug: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(resolve(samplesFolder, slug, 'sample.webp')))

export async function upload(
  client: Client,
  bytes: Uint8Array<ArrayBuffer>,
  name = 'photo.webp',
  contentType = 'image/webp',
): Promise<Asset> {
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  return bringFile(client, { bytes, sha256, sizeBytes: bytes.length, contentType, name })
}

/** The effect with one picture and nothing else to fill in. */
export async function submitOnePicture(client: Client, key?: string): Promise<Job> {
  const slug = await onePictureEffect(client)
  const asset = await upload(client, samplePicture(slug))
  return client.jobs.submit({
    body: { effect: slug, input: { image: asset.id } },
    ...(key === undefined ? {} : { idempotencyKey: key }),
  })
}

async function onePictureEffect(client: Client): Promise<string> {
  const { data } = await client.effects.list({ query: { limit: 100 } })
  for (const { slug } of data.toReversed()) {
    const effect = await client.effects.show({ params: { slug } })
    if (effect.input_schema.required.join() === 'image' && effect.output_kind === 'image')
      return slug
  }
  throw new Error('no effect takes one picture')
}

/** Waits until `wanted` answers something; the last value is told when it never does. */
export async function until<T>(
  look: () => Promise<T | undefined | false>,
  what: string,
): Promise<T> {
  const endMs = performance.now() + patienceMs
  for (;;) {
    const found = await look()
    if (found !== undefined && found !== false) return found
    if (performance.now() > endMs) throw new Error(`waited ${patienceMs / 1000} s for ${what}`)
    await new Promise(done => setTimeout(done, 50))
  }
}

export const ended = (client: Client, id: string): Promise<Job> =>
  until(async () => {
    const job = await client.jobs.show({ params: { id } })
    return finalStatuses.some(status => status === job.status) && job
  }, `the end of ${id}`)

export const running = (client: Client, id: string): Promise<Job> =>
  until(async () => {
    const job = await client.jobs.show({ params: { id } })
    return job.status === 'running' && job.phase === 'executing' && job
  }, `${id} to run`)

/** Switches faults of the demo engine; only systems started with BP_ENGINE_FAULTS=1 have the door for it. */
export async function setEngineFaults(
  system: Pick<RunningSystem, 'engineUrl'>,
  faults: Readonly<Record<string, number>>,
): Promise<void> {
  const answer = await fetch(`${system.engineUrl}/__faults`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(faults),
  })
  if (!answer.ok) throw new Error(`the engine refused its faults: ${await answer.text()}`)
}

/** Worker processes that live, by the state files of the local fleet. */
export async function workersOf(
  client: Client,
  session: string,
): Promise<readonly { id: string; instance: string; state: string }[]> {
  const { data } = await client.workers.list({ headers: { cookie: session } })
  return data.filter(worker => worker.state !== 'ended')
}

/** Signs the owner in by the printed link, as the page does; answers the cookie. */
export async function signIn(system: RunningSystem): Promise<string> {
  const token = new URL(system.link).hash.slice(1)
  const answer = await fetch(`${system.url}/api/v1/auth/link/redeem`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: system.url },
    body: JSON.stringify({ token }),
  })
  const cookie = answer.headers.get('set-cookie')
  if (!answer.ok || cookie === null) throw new Error(`the link was refused: ${await answer.text()}`)
  return cookie.split(';')[0] ?? ''
}

/** The pid in a local worker's instance id `local-<pid>-<start time>`. */
export const pidOf = (worker: { readonly instance: string }): number =>
  Number(worker.instance.split('-')[1])
