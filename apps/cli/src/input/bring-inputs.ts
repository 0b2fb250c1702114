import type { Client } from '@bp/client'
import { bringFile } from '@bp/client/upload'
import { fileKinds, type InputSchema } from '@bp/contracts/inputs/schema'
import { limits } from '@bp/contracts/limits'
import type { Effect } from '@bp/contracts/shapes/effects'
import { describeFile, readLocalFile, type LocalFile } from '../files/read-file.ts'
import { Refusal } from '../refusal.ts'
import type { Message, VerbContext } from '../verb.ts'
import type { TypedValue } from './read-values.ts'

/** Uploads the files of an input and answers the input as the API takes it. Files that are there travel no second time. */
export async function* bringInputs(
  client: Client,
  values: ReadonlyMap<string, TypedValue>,
  schema: InputSchema,
  context: VerbContext,
): AsyncGenerator<Message, Record<string, unknown>, void> {
  const input: Record<string, unknown> = {}
  for (const [key, typed] of values) {
    if (typed.kind === 'value') {
      input[key] = typed.value
      continue
    }
    const ids: string[] = []
    for (const path of typed.paths) {
      const file = await readLocalFile(context.folders.current, path)
      yield { say: 'progress', phase: `uploading ${path}`, text: `uploading ${path}`, part: null }
      ids.push(await bring(client, file, context.signal))
    }
    input[key] = schema.properties[key]?.['x-bp'].kind === 'files' ? ids : ids[0]
  }
  return input
}

/** Fills what is missing from the effect's own example: its values, and its pictures as files like any other. */
export async function* bringSample(
  client: Client,
  effect: Effect,
  schema: InputSchema,
  given: Readonly<Record<string, unknown>>,
  context: VerbContext,
): AsyncGenerator<Message, Record<string, unknown>, void> {
  const [example] = effect.examples
  const input: Record<string, unknown> = { ...example?.input, ...given }
  const { files_url: filesUrl } = await context.instance()
  for (const [key, field] of Object.entries(schema.properties)) {
    if (!fileKinds.includes(field['x-bp'].kind) || input[key] !== undefined) continue
    const address = example?.files[key] ?? effect.sample?.url
    if (address === undefined) continue
    yield { say: 'progress', phase: 'sample', text: 'fetching the sample picture', part: null }
    const file = await fetchSample(new URL(address, filesUrl), context.signal)
    input[key] = await bring(client, file, context.signal)
  }
  return input
}

async function bring(client: Client, file: LocalFile, signal: AbortSignal): Promise<string> {
  return (await bringFile(client, { ...file, signal })).id
}

async function fetchSample(url: URL, signal: AbortSignal): Promise<LocalFile> {
  const response = await fetch(url, { signal })
  const length = Number(response.headers.get('content-length') ?? 0)
  if (!response.ok || length > limits.uploadBytesMax) {
    await response.body?.cancel()
    throw new Refusal('sample_missing', 'failure', 'The sample picture could not be fetched.', {
      reason: `The file store answered ${response.status}.`,
    })
  }
  const name = decodeURIComponent(url.pathname.split('/').at(-1) || 'sample')
  return describeFile(name, new Uint8Array(await response.arrayBuffer()))
}
