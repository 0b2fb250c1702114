/** Brings the files of a job from the store to the engine, each checked against what the lease says of it. */
import { join } from 'node:path'
import type { Lease } from '@bp/contracts/shapes/leases'
import type { EngineHttp } from '../comfy/http.ts'
import type { Connections } from '../http-exchange.ts'
import { reasonOf } from '../log.ts'
import { extensionFor, extensionOf } from '../media/file-type.ts'
import { FileTooLong, receiveFile, type ReceivedFile } from '../receive-file.ts'
import { pause } from '../waiting.ts'
import { infrastructure, jobFault } from './failure.ts'

type LeaseInput = Lease['payload']['inputs'][number]

export interface InputsOptions {
  readonly inputs: readonly LeaseInput[]
  readonly engine: EngineHttp
  readonly connections: Connections
  /** Addresses may be relative to the backend. */
  readonly baseUrl: string
  /** Folder on our disk, and the subfolder of the engine's input folder that no other graph can guess. */
  readonly folder: string
  readonly subfolder: string
  readonly signal: AbortSignal
}

const tries = 3

/** Answers ref → name as a graph must spell it. A file that two refs name is brought once. */
export async function bringInputs(options: InputsOptions): Promise<ReadonlyMap<string, string>> {
  const bySha = new Map<string, Promise<string>>()
  const names = await Promise.all(
    options.inputs.map(async input => {
      const known = bySha.get(input.sha256)
      const name = known ?? bringOne(input, options)
      bySha.set(input.sha256, name)
      return [input.ref, await name] as const
    }),
  )
  return new Map(names)
}

async function bringOne(input: LeaseInput, options: InputsOptions): Promise<string> {
  const extension = extensionOf(input.name) || extensionFor(input.content_type)
  const filename = `${input.sha256}.${extension}`
  const file = await fetchInput(input, join(options.folder, filename), options)
  const upload = {
    filename,
    subfolder: options.subfolder,
    contentType: input.content_type,
    file,
  }
  const answer = await options.engine.upload(upload, options.signal)
  if ('name' in answer) return answer.name
  const place = { received: input.name }
  if (answer.status === 413)
    throw jobFault('input_invalid', `The engine takes no file of ${input.size_bytes} bytes.`, place)
  throw infrastructure('engine_crashed', `The engine refused an upload with ${answer.status}.`)
}

async function fetchInput(
  input: LeaseInput,
  path: string,
  { connections, baseUrl, signal }: InputsOptions,
): Promise<ReceivedFile> {
  let reason = ''
  for (let turn = 0; turn < tries; turn++) {
    if (turn > 0) await pause(200 * 2 ** turn, signal)
    signal.throwIfAborted()
    try {
      const { status, body } = await connections.exchange(new URL(input.url, baseUrl).href, {
        signal,
      })
      if (status !== 200) {
        body.destroy()
        reason = `the store answers ${status}`
        if (status === 404 || status === 410)
          throw jobFault('asset_missing', `The file "${input.name}" is not there any more.`)
        continue
      }
      const file = await receiveFile(body, path, input.size_bytes)
      if (file.sizeBytes === input.size_bytes && file.sha256 === input.sha256) return file
      reason = `${file.sizeBytes} of ${input.size_bytes} bytes arrived, or others than announced`
    } catch (error) {
      signal.throwIfAborted()
      if (error instanceof FileTooLong) reason = 'more bytes arrived than announced'
      else if (isStoreFault(error)) reason = reasonOf(error)
      else throw error
    }
  }
  throw infrastructure('store_unreachable', `An input could not be fetched: ${reason}.`)
}

/** Faults of network and store, as opposed to those that were decided on or come from our disk. */
function isStoreFault(error: unknown): boolean {
  if (!(error instanceof Error) || error.name === 'JobFailed') return false
  return !('code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT'))
}
