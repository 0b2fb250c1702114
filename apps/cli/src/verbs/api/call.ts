import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { readProblem } from '@bp/client/problems'
import { limits } from '@bp/contracts/limits'
import { wrongUsage } from '../../refusal.ts'
import type { Run } from '../../verb.ts'

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']
const answerMsMax = 120_000

/** Calls any route by hand. Nothing is repeated; what is refused comes as an error with its exit code. */
export const run: Run = async function* (input, context) {
  const [method = '', path = ''] = input.args
  if (!methods.includes(method.toUpperCase()))
    throw wrongUsage(`"${method}" is no method; it is one of ${methods.join(', ')}.`)
  if (!path.startsWith('/api/'))
    throw wrongUsage(`The path must begin with /api/; "${path}" does not.`)
  const body = await readBody(input.text('data'), context.folders.current)
  const hasBody = !['GET', 'DELETE'].includes(method.toUpperCase())
  const place: Place = input.flag('aws')
    ? await (await import('../../aws/sign-in.ts')).signInToAws(context.signal)
    : { url: (await context.instance()).url, headers: {}, leave: async () => undefined }
  try {
    return yield* call(place, { method: method.toUpperCase(), path, body, hasBody }, context.signal)
  } finally {
    await place.leave()
  }
}

/** Where a call goes, and as whom. */
export interface Place {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  /** Signs out again. */
  leave(): Promise<void>
}
interface Call {
  readonly method: string
  readonly path: string
  readonly body: string | undefined
  readonly hasBody: boolean
}

async function* call(
  place: Place,
  { method, path, body, hasBody }: Call,
  signal: AbortSignal,
): ReturnType<Run> {
  const response = await fetch(new URL(path, place.url), {
    method,
    redirect: 'manual',
    signal: AbortSignal.any([signal, AbortSignal.timeout(answerMsMax)]),
    headers: { ...place.headers, ...(hasBody ? { 'content-type': 'application/json' } : {}) },
    ...(hasBody ? { body: body ?? '{}' } : {}),
  })
  if (response.status >= 400) throw await readProblem(response)
  const type = response.headers.get('content-type') ?? ''
  if (type.startsWith('text/event-stream') && response.body !== null) {
    // A stream is shown as it comes; Ctrl-C ends it.
    for await (const piece of response.body.pipeThrough(new TextDecoderStream()))
      for (const line of piece.split('\n').filter(text => text !== ''))
        yield { say: 'event', data: { line }, cells: [line] }
    return { data: null, view: { kind: 'lines', lines: [] } }
  }
  const text = await response.text()
  const data: unknown = type.includes('json') ? JSON.parse(text) : text
  const shown = typeof data === 'string' ? data : JSON.stringify(data, null, 2)
  return { data, view: { kind: 'lines', lines: shown === '' ? [] : [shown] } }
}

async function readBody(data: string | undefined, folder: string): Promise<string | undefined> {
  if (data === undefined) return undefined
  const text = data.startsWith('@')
    ? await readFile(resolve(folder, data.slice(1)), 'utf8').catch((error: unknown) => {
        throw wrongUsage(
          `${data.slice(1)} cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
        )
      })
    : data
  if (text.length > limits.submitBodyBytesMax) throw wrongUsage('The body is too large.')
  try {
    JSON.parse(text)
    return text
  } catch (error) {
    throw wrongUsage(
      `The body is no JSON: ${error instanceof Error ? error.message : String(error)}.`,
    )
  }
}
