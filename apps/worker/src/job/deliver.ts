/** Brings collected files to the store, with thumbnails beside the pictures, all in one plan of the backend. */
import { createHash } from 'node:crypto'
import { ApiProblem } from '@bp/client'
import { limits } from '@bp/contracts/limits'
import type { DeliveredOutput, LeaseKey, OutputsAsk } from '@bp/contracts/shapes/leases'
import { LeaseStopped } from '../held-lease.ts'
import type { BodyPart, Connections } from '../http-exchange.ts'
import { reasonOf, type Log } from '../log.ts'
import { isPicture, type PictureFacts, type PictureTool } from '../media/picture.ts'
import { callMs, type Plane } from '../plane.ts'
import { backoffMs, pause } from '../waiting.ts'
import type { CollectedFile } from './collect.ts'
import { infrastructure } from './failure.ts'

export interface DeliverOptions {
  readonly plane: Plane
  readonly connections: Connections
  readonly log: Log
  readonly key: LeaseKey
  readonly baseUrl: string
  readonly files: readonly CollectedFile[]
  readonly isReused: (nodeId: string) => boolean
  readonly pictureTool: () => Promise<PictureTool>
  readonly signal: AbortSignal
}

interface Announced {
  readonly body: BodyPart
  readonly file: OutputsAsk['files'][number]
}
interface Looked {
  readonly facts: PictureFacts | undefined
  readonly thumbnails: readonly { readonly w: number; readonly announced: Announced }[]
}

const putsAtOnce = 4
const triesMax = 4

/** Answers what `complete` must be told. Throws infrastructure faults, and `LeaseStopped` when the lease is gone. */
export async function deliverOutputs(options: DeliverOptions): Promise<DeliveredOutput[]> {
  const { files, signal } = options
  const announced = files.map((collected, n): Announced => ({
    body: collected.file,
    file: {
      n,
      name: collected.name,
      content_type: collected.contentType,
      size_bytes: collected.file.sizeBytes,
      sha256: collected.file.sha256,
    },
  }))
  let nextN = files.length
  const looked: Looked[] = []
  // One after the other: a picture of 100 megapixels takes 400 MB while it is open.
  for (const [n, collected] of files.entries()) {
    signal.throwIfAborted()
    const look = await lookAt(collected, n, () => nextN++, options)
    looked.push(look)
    announced.push(...look.thumbnails.map(thumbnail => thumbnail.announced))
  }

  const keys = await bringAll(announced, options)
  return files.map((collected, n): DeliveredOutput => {
    const { facts, thumbnails } = looked[n] ?? { facts: undefined, thumbnails: [] }
    const objectKey = (of: number) => keys.get(of) ?? ''
    return {
      n,
      name: collected.name,
      content_type: collected.contentType,
      size_bytes: collected.file.sizeBytes,
      sha256: collected.file.sha256,
      node_id: collected.nodeId,
      key: collected.key,
      kind: collected.kind,
      object_key: objectKey(n),
      reused: options.isReused(collected.nodeId),
      width: facts?.width ?? null,
      height: facts?.height ?? null,
      duration_ms: facts?.durationMs == null ? null : Math.round(facts.durationMs),
      fps: facts?.fps ?? null,
      thumbnails: thumbnails.map(({ w, announced: { file } }) => ({
        w,
        object_key: objectKey(file.n),
      })),
    }
  })
}

/** A picture that cannot be looked into is delivered all the same, without thumbnails. */
async function lookAt(
  collected: CollectedFile,
  n: number,
  takeN: () => number,
  { pictureTool, log, signal }: DeliverOptions,
): Promise<Looked> {
  if (!isPicture(collected.contentType)) return { facts: undefined, thumbnails: [] }
  const { path } = collected.file
  try {
    const tool = await pictureTool()
    const facts = await tool.facts(path)
    const thumbnails: Looked['thumbnails'][number][] = []
    for (const { w, bytes } of await tool.thumbnails(path, facts)) {
      const place = takeN()
      if (place >= limits.outputsMax) break
      const file = {
        n: place,
        name: `thumbnail-${n}-${w}.webp`,
        content_type: 'image/webp',
        size_bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      }
      thumbnails.push({ w, announced: { body: bytes, file } })
    }
    signal.throwIfAborted()
    return { facts, thumbnails }
  } catch (error) {
    signal.throwIfAborted()
    log.warn('output.unreadable', { name: collected.name, reason: reasonOf(error) })
    return { facts: undefined, thumbnails: [] }
  }
}

/** Asks where to bring the files, then brings them side by side. Answers n → object key. */
async function bringAll(
  announced: readonly Announced[],
  options: DeliverOptions,
): Promise<ReadonlyMap<number, string>> {
  const { plane, key, signal } = options
  const plan = async (files: readonly Announced[]) => {
    for (let tries = 0; ; tries++) {
      try {
        const body = { lease: key, files: files.map(({ file }) => file) }
        const answer = await plane.leases.outputs({ body, signal, timeoutMs: callMs.other })
        return new Map(answer.files.map(place => [place.n, place]))
      } catch (error) {
        signal.throwIfAborted()
        if (error instanceof ApiProblem && error.code === 'lease_lost')
          throw new LeaseStopped({ kind: 'lost' })
        // The backend may be away: what lives is the lease, and its end aborts the signal.
        if (error instanceof ApiProblem && error.status < 500 && error.status !== 429)
          throw infrastructure(
            'store_unreachable',
            `No place for the outputs: ${error.code}.`,
            error,
          )
        await pause(backoffMs(tries, 200, 3_000), signal)
        signal.throwIfAborted()
      }
    }
  }
  const places = await plan(announced)
  const open = announced.toReversed()
  const bringer = async (): Promise<void> => {
    for (let one = open.pop(); one !== undefined; one = open.pop()) {
      for (let tries = 0; ; tries++) {
        signal.throwIfAborted()
        // An address that is old by now is asked for anew.
        const place = tries === 0 ? places.get(one.file.n) : (await plan([one])).get(one.file.n)
        const failed =
          place === undefined ? 'the plan leaves it out' : await put(one, place, options)
        if (failed === undefined) break
        if (tries + 1 >= triesMax)
          throw infrastructure('store_unreachable', `An output could not be brought: ${failed}.`)
        await pause(backoffMs(tries, 200, 3_000), signal)
      }
    }
  }
  await Promise.all(Array.from({ length: Math.min(putsAtOnce, open.length) }, bringer))
  return new Map([...places].map(([n, place]) => [n, place.object_key]))
}

/** One PUT, streamed from the disk; answers why it failed, or nothing. */
async function put(
  { body }: Announced,
  place: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  { connections, baseUrl, signal }: DeliverOptions,
): Promise<string | undefined> {
  try {
    const answer = await connections.exchangeText(new URL(place.url, baseUrl).href, {
      method: 'PUT',
      headers: place.headers,
      body: [body],
      signal,
    })
    return answer.status >= 200 && answer.status < 300
      ? undefined
      : `the store answers ${answer.status}`
  } catch (error) {
    signal.throwIfAborted()
    return reasonOf(error)
  }
}
