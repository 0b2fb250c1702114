/** From a file in hand to the picture in hand, through the whole system: upload, submit, lease, engine, upload, fetch. */
import { createHash, randomBytes } from 'node:crypto'
import sharp from 'sharp'
import { createClient, type Client } from '@bp/client'
import { bringFile } from '@bp/client/upload'
import { startSystem } from '@bp/testkit/system'
import { report, row } from '../measure.ts'

const warmRuns = 20
const coldRuns = 5
/** One effect that is light work for the demo engine, and one that is not. */
const light = 'pixel-art'
const heavy = 'soft-focus'

/** A 1024² photograph-like picture, different each time, so that no cache can answer. */
async function freshPicture(): Promise<Uint8Array<ArrayBuffer>> {
  const noise = randomBytes(64 * 64 * 3)
  const raw = { width: 64, height: 64, channels: 3 as const }
  return new Uint8Array(
    await sharp(noise, { raw }).resize(1024, 1024).jpeg({ quality: 90 }).toBuffer(),
  )
}

async function makePicture(
  client: Client,
  slug: string,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<{ allMs: number; engineMs: number }> {
  const startMs = performance.now()
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  const asset = await bringFile(client, {
    bytes,
    sha256,
    sizeBytes: bytes.length,
    contentType: 'image/jpeg',
    name: 'photo.jpg',
  })
  const { id } = await client.jobs.submit({ body: { effect: slug, input: { image: asset.id } } })
  for await (const message of client.jobs.events({ params: { id } }))
    if (message.event === 'end') break
  const job = await client.jobs.show({ params: { id } })
  if (job.status !== 'succeeded')
    throw new Error(`the run ended as ${job.status}: ${job.error?.message}`)
  await (await fetch(job.outputs[0]?.asset.url ?? '')).arrayBuffer()
  return { allMs: performance.now() - startMs, engineMs: job.timings.run_ms ?? Number.NaN }
}

/** Waits for an empty fleet, as the console sees it. */
async function waitForZeroWorkers(
  client: Client,
  { url, controlSecret }: { readonly url: string; readonly controlSecret: string },
): Promise<void> {
  const made = await client.links.create({ headers: { authorization: `Bearer ${controlSecret}` } })
  const token = new URL(made.url).hash.slice(1)
  const redeemed = await fetch(`${url}/api/v1/auth/link/redeem`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: url },
    body: JSON.stringify({ token }),
  })
  const cookie = redeemed.headers.get('set-cookie')?.split(';')[0] ?? ''
  for (let looks = 0; looks < 600; looks++) {
    const { data } = await client.workers.list({ headers: { cookie } })
    if (data.every(worker => worker.state === 'ended')) return
    await new Promise(done => setTimeout(done, 100))
  }
  throw new Error('the workers did not end')
}

const warm = { [light]: [] as number[], [heavy]: [] as number[] }
const engine = { [light]: [] as number[], [heavy]: [] as number[] }
{
  await using system = await startSystem()
  const client = createClient({ baseUrl: system.url })
  for (const slug of [light, heavy] as const) {
    await makePicture(client, slug, await freshPicture())
    for (let run = 0; run < warmRuns; run++) {
      const { allMs, engineMs } = await makePicture(client, slug, await freshPicture())
      warm[slug].push(allMs)
      engine[slug].push(engineMs)
    }
  }
}
const cold: number[] = []
{
  await using system = await startSystem({ env: { BP_WORKER_IDLE_S: '0' } })
  const client = createClient({ baseUrl: system.url })
  for (let run = 0; run < coldRuns; run++) {
    const picture = await freshPicture()
    await waitForZeroWorkers(client, system)
    cold.push((await makePicture(client, light, picture)).allMs)
  }
}
report('flow', [
  row(`upload → picture, 1024², ${light}, a worker up`, 'ms', warm[light], '≤ 300'),
  row('… of it the engine', 'ms', engine[light]),
  row(`upload → picture, 1024², ${heavy}, a worker up`, 'ms', warm[heavy]),
  row('… of it the engine', 'ms', engine[heavy]),
  row(`upload → picture, 1024², ${light}, from zero workers`, 'ms', cold, '≤ 1000'),
])
