/** HTTP to a ComfyUI-compatible engine. */
import type { IncomingMessage } from 'node:http'
import type { BodyPart, Connections } from '../http-exchange.ts'
import { pause } from '../waiting.ts'
import { parseJson, textOf, fieldsOf } from './json.ts'

/** The engine did not answer: refused, cut or silent. Says nothing about whether it did what was asked. */
export class EngineUnreachable extends Error {
  constructor(what: string, cause: unknown) {
    super(`the engine does not answer (${what})`, { cause })
    this.name = 'EngineUnreachable'
  }
}

export interface EngineAnswer {
  readonly status: number
  readonly text: string
  /** undefined when the answer is no JSON (a 500 is plain text). */
  readonly json: unknown
}
/** A file as the engine names it. */
export interface FileRef {
  readonly type: string
  readonly subfolder: string
  readonly filename: string
}
interface EngineUpload {
  readonly filename: string
  readonly subfolder: string
  readonly contentType: string
  readonly file: { readonly path: string; readonly sizeBytes: number }
}

export interface EngineHttp {
  readonly url: string
  get(path: string, signal?: AbortSignal): Promise<EngineAnswer>
  post(path: string, body: unknown, signal?: AbortSignal): Promise<EngineAnswer>
  /** Brings an input file; answers with the name that a graph must use, which may differ from the one asked for. */
  upload(upload: EngineUpload, signal?: AbortSignal): Promise<{ name: string } | { status: number }>
  /** Opens an output file; the stream must be read or destroyed. */
  view(ref: FileRef, signal?: AbortSignal): Promise<{ status: number; body: IncomingMessage }>
}

// A graph of megabytes takes an engine a while to check; a healthy one answers everything else in milliseconds.
const answerMsMax = 30_000
const uploadMsMax = 120_000

/** Speaks to the engine at `url`. Every method throws `EngineUnreachable` when there is no answer, and the abort's reason on abort. */
export function engineHttp(url: string, connections: Connections): EngineHttp {
  const reached = async <T>(
    what: string,
    signal: AbortSignal | undefined,
    call: () => Promise<T>,
  ) => {
    try {
      return await call()
    } catch (error) {
      signal?.throwIfAborted()
      throw new EngineUnreachable(what, error)
    }
  }
  const answerOf = (answer: { status: number; text: string }): EngineAnswer => ({
    status: answer.status,
    text: answer.text,
    json: parseJson(answer.text),
  })

  return {
    url,
    get: (path, signal) =>
      reached(`GET ${path}`, signal, async () => {
        const options = { signal, idleMs: answerMsMax }
        try {
          return answerOf(await connections.exchangeText(url + path, options))
        } catch {
          // A kept connection may have been closed by the other side at this very moment; reading again is harmless.
          await pause(20, signal)
          return answerOf(await connections.exchangeText(url + path, options))
        }
      }),
    post: (path, body, signal) =>
      reached(`POST ${path}`, signal, async () =>
        answerOf(
          await connections.exchangeText(url + path, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: [Buffer.from(JSON.stringify(body))],
            signal,
            idleMs: answerMsMax,
          }),
        ),
      ),
    upload: (upload, signal) =>
      reached('POST /upload/image', signal, async () => {
        const form = multipart(upload)
        const answer = answerOf(
          await connections.exchangeText(`${url}/upload/image`, {
            method: 'POST',
            headers: { 'content-type': form.contentType },
            body: form.parts,
            signal,
            idleMs: uploadMsMax,
          }),
        )
        const said = fieldsOf(answer.json)
        const name = textOf(said['name'])
        if (answer.status !== 200 || name === '') return { status: answer.status }
        const subfolder = textOf(said['subfolder'])
        return { name: subfolder === '' ? name : `${subfolder}/${name}` }
      }),
    view: (ref, signal) =>
      reached('GET /view', signal, async () => {
        const query = new URLSearchParams({
          filename: ref.filename,
          subfolder: ref.subfolder,
          type: ref.type,
        })
        const { status, body } = await connections.exchange(`${url}/view?${query.toString()}`, {
          signal,
          idleMs: answerMsMax,
        })
        return { status, body }
      }),
  }
}

/** A form with one file, its length known beforehand. The file's name is ours (hex digits and an extension), so nothing needs escaping. */
function multipart(upload: EngineUpload): { contentType: string; parts: BodyPart[] } {
  const boundary = `bp-${crypto.randomUUID()}`
  const field = (name: string, value: string) =>
    `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
  const head = [
    field('type', 'input'),
    field('subfolder', upload.subfolder),
    field('overwrite', 'true'),
    `--${boundary}\r\ncontent-disposition: form-data; name="image"; filename="${upload.filename}"\r\n`,
    `content-type: ${upload.contentType.replaceAll(/[^\w/.+-]/g, '') || 'application/octet-stream'}\r\n\r\n`,
  ].join('')
  return {
    contentType: `multipart/form-data; boundary=${boundary}`,
    parts: [Buffer.from(head), upload.file, Buffer.from(`\r\n--${boundary}--\r\n`)],
  }
}
