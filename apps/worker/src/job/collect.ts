/** Fetches what a run made from the engine to our disk: hashed on the way, its kind read from its bytes. */
import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { AssetKind } from '@bp/contracts/assets'
import { limits } from '@bp/contracts/limits'
import type { Lease } from '@bp/contracts/shapes/leases'
import type { EngineHttp } from '../comfy/http.ts'
import type { RunOutput } from '../comfy/outputs.ts'
import { extensionOf, fileType } from '../media/file-type.ts'
import { receiveFile, type ReceivedFile } from '../receive-file.ts'
import { jobFault } from './failure.ts'

export interface CollectedFile {
  readonly nodeId: string
  /** Name of the output as the workflow calls it, or `<node>-<n>`. */
  readonly key: string
  readonly kind: AssetKind
  readonly contentType: string
  readonly name: string
  readonly file: ReceivedFile
}

export interface CollectOptions {
  readonly engine: EngineHttp
  readonly outputs: readonly RunOutput[]
  /** Outputs that the workflow names. Theirs come first, in its order. */
  readonly named: Lease['payload']['outputs']
  readonly allowPartial: boolean
  readonly folder: string
  /** Pictures that came over the socket only. */
  readonly pictures: readonly {
    readonly nodeId: string
    readonly name: string
    readonly path: string
  }[]
  readonly signal: AbortSignal
}

/** Files fetched side by side. */
const atOnce = 4

/** Fetches them all. Throws `output_missing` for one that is not there, `output_too_large` past the bounds. */
export async function collectOutputs(options: CollectOptions): Promise<readonly CollectedFile[]> {
  const { outputs, pictures, named, signal } = options
  const nodes = [...outputs, ...pictures]
  if (nodes.length > limits.outputsMax)
    throw jobFault('output_too_large', `The run made ${nodes.length} files.`, {
      received: nodes.length,
      allowed: limits.outputsMax,
    })
  const gone = named.find(({ node_id }) => !nodes.some(({ nodeId }) => nodeId === node_id))
  if (nodes.length === 0 || (gone !== undefined && !options.allowPartial))
    throw jobFault('output_missing', `The run ended well but made no ${gone?.key ?? 'output'}.`, {
      nodeId: gone?.node_id ?? null,
    })

  const counts = new Map<string, number>()
  const keyOf = (nodeId: string): string => {
    const count = counts.get(nodeId) ?? 0
    counts.set(nodeId, count + 1)
    return named.find(({ node_id }) => node_id === nodeId)?.key ?? `${nodeId}-${count}`.slice(-64)
  }
  const placeOf = (nodeId: string): number => {
    const place = named.findIndex(({ node_id }) => node_id === nodeId)
    return place < 0 ? named.length : place
  }
  const plans = nodes
    .toSorted((a, b) => placeOf(a.nodeId) - placeOf(b.nodeId))
    .map((output, n) => ({
      output,
      path: join(options.folder, `out-${n}`),
      key: keyOf(output.nodeId),
    }))

  const collected: (CollectedFile | undefined)[] = plans.map(() => undefined)
  const open = plans.map((plan, n) => ({ ...plan, n })).toReversed()
  const fetcher = async (): Promise<void> => {
    for (let plan = open.pop(); plan !== undefined; plan = open.pop()) {
      signal.throwIfAborted()
      const { output, path, key, n } = plan
      const { name, file } = await fetchOne(output, path, key, options)
      collected[n] = { nodeId: output.nodeId, key, name, file, ...fileType(file.head, name) }
    }
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, open.length) }, fetcher))
  return collected.filter(file => file !== undefined)
}

async function fetchOne(
  output: RunOutput | CollectOptions['pictures'][number],
  path: string,
  key: string,
  { engine, signal }: CollectOptions,
): Promise<{ name: string; file: ReceivedFile }> {
  if ('path' in output) {
    const file = await receiveFile(createReadStream(output.path), path, limits.outputBytesMax)
    return { name: output.name, file }
  }
  if (output.what === 'text') {
    await writeFile(`${path}.text`, output.text)
    const file = await receiveFile(createReadStream(`${path}.text`), path, limits.outputBytesMax)
    return { name: `${safeName(key)}.txt`, file }
  }
  const { status, body } = await engine.view(output.ref, signal)
  if (status !== 200) {
    body.destroy()
    throw jobFault('output_missing', `The engine answers ${status} for a file that it named.`, {
      nodeId: output.nodeId,
      received: output.ref.filename,
    })
  }
  const file = await receiveFile(body, path, limits.outputBytesMax)
  return { name: safeName(withoutCounter(output.ref.filename)), file }
}

/**
 * `sunset_00002_.png` → `sunset-2.png`, `sunset_00001_.png` → `sunset.png`. ComfyUI counts the files of a folder
 * (folder_paths.get_save_image_path); each attempt saves into one of its own, so the count says nothing to people.
 */
function withoutCounter(name: string): string {
  return name.replace(/_(\d{5})_(?=\.\w+$)/, (_, digits: string) =>
    Number(digits) === 1 ? '' : `-${Number(digits)}`,
  )
}

/** A file name that every store, header and disk takes: the extension stays, the rest is at most 100 plain characters. */
function safeName(name: string): string {
  const bare = name.split(/[\\/]/).at(-1) ?? ''
  const extension = extensionOf(bare)
  const stem = (extension === '' ? bare : bare.slice(0, -extension.length - 1))
    .replaceAll(/[^\w.() -]/g, '_')
    .replace(/^[. ]+/, '_')
    .slice(0, 100)
  return `${stem || 'file'}${extension === '' ? '' : `.${extension}`}`
}
