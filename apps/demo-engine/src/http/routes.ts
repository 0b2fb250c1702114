import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Executor } from '../executor.ts'
import { setFaults } from '../faults.ts'
import { isRecord } from '../graph.ts'
import { describeNodes } from '../object-info.ts'
import { itemTuple, type PromptQueue } from '../prompt-queue.ts'
import { HttpRefusal, readJson, sendJson, sendText, UPLOAD_BYTES_MAX } from './answers.ts'
import { cancelJob, describeJob, describeJobs } from './jobs.ts'
import { isForeignOrigin } from './origin.ts'
import { postPrompt, type PromptDesk } from './post-prompt.ts'
import { systemStats } from './system-stats.ts'
import { receiveUpload } from './upload.ts'
import { sendView } from './view.ts'

/** What the routes reach. */
export interface RouteParts extends PromptDesk {
  readonly executor: Executor
  /** Whether faults may be switched while the engine runs. */
  readonly allowFaults: boolean
  readonly log: (line: string) => void
}

/** What a server of this kind can do; clients learn it by `/features` and on the socket. */
export const FEATURES = { supports_preview_metadata: true, max_upload_size: UPLOAD_BYTES_MAX }

interface Call {
  readonly request: IncomingMessage
  readonly response: ServerResponse
  readonly query: URLSearchParams
  /** The last part of the path, where a route has one. */
  readonly id: string
}

type Handler = (parts: RouteParts, call: Call) => Promise<void> | void

const routes: Record<string, Handler> = {
  'GET /': (_parts, { response }) => sendText(response, 200, 'bp demo engine'),
  'GET /prompt': ({ queue }, { response }) => sendJson(response, queueInfo(queue)),
  'POST /prompt': async (parts, { request, response }) => {
    parts.log('got prompt')
    const { status, body } = await postPrompt(parts, await readJson(request))
    sendJson(response, body, status)
  },
  'GET /queue': ({ queue }, { response }) =>
    sendJson(response, {
      queue_running: queue.running === undefined ? [] : [itemTuple(queue.running)],
      queue_pending: queue.waiting.map(itemTuple),
    }),
  'POST /queue': async ({ queue }, { request, response }) => {
    const body = await readObject(request)
    if (body['clear'] === true) queue.clear()
    for (const id of idList(body['delete'])) queue.remove(id)
    sendText(response, 200)
  },
  'GET /history': ({ queue }, { response, query }) =>
    sendJson(
      response,
      queue.history(wholeNumber(query.get('max_items')), wholeNumber(query.get('offset'))),
    ),
  'GET /history/*': ({ queue }, { response, id }) => {
    const entry = queue.historyOf(id)
    sendJson(response, entry === undefined ? {} : { [id]: entry })
  },
  'POST /history': async ({ queue }, { request, response }) => {
    const body = await readObject(request)
    if (body['clear'] === true) queue.clearHistory()
    for (const id of idList(body['delete'])) queue.removeHistory(id)
    sendText(response, 200)
  },
  'POST /interrupt': async ({ queue, executor }, { request, response }) => {
    const promptId = await readObject(request)
      .then(body => body['prompt_id'])
      .catch(() => undefined)
    if (!promptId || queue.running?.promptId === promptId) executor.interrupt()
    sendText(response, 200)
  },
  'POST /free': async ({ executor }, { request, response }) => {
    const body = await readObject(request)
    if (body['free_memory'] === true) executor.free()
    sendText(response, 200)
  },
  'GET /object_info': async ({ classes, folders }, { response }) =>
    sendJson(response, await describeNodes(classes, folders)),
  'GET /object_info/*': async ({ classes, folders }, { response, id }) =>
    sendJson(response, await describeNodes(classes, folders, id)),
  'GET /system_stats': (_parts, { response }) => sendJson(response, systemStats()),
  'GET /features': (_parts, { response }) => sendJson(response, FEATURES),
  'GET /embeddings': (_parts, { response }) => sendJson(response, []),
  'GET /models': (_parts, { response }) => sendJson(response, []),
  'GET /view': ({ folders }, { request, response, query }) =>
    sendView(folders, query, request, response),
  'POST /upload/image': ({ folders }, { request, response }) =>
    receiveUpload(folders, 'image', request, response),
  'POST /upload/mask': ({ folders }, { request, response }) =>
    receiveUpload(folders, 'mask', request, response),
  'GET /jobs': ({ queue }, { response, query }) => {
    const jobs = describeJobs(queue)
    const offset = wholeNumber(query.get('offset')) ?? 0
    const limit = wholeNumber(query.get('limit')) ?? null
    const page = jobs.slice(offset, limit === null ? undefined : offset + limit)
    const has_more = offset + page.length < jobs.length
    sendJson(response, { jobs: page, pagination: { offset, limit, total: jobs.length, has_more } })
  },
  'GET /jobs/*': ({ queue }, { response, id }) => {
    const job = describeJob(queue, id)
    sendJson(response, job ?? { error: 'Job not found' }, job === undefined ? 404 : 200)
  },
  'POST /jobs/cancel': async ({ queue, executor }, { request, response }) => {
    const ids = (await readObject(request))['job_ids']
    if (!Array.isArray(ids)) return sendJson(response, { error: 'job_ids must be a list' }, 400)
    const cancelled = ids.map(String).filter(id => cancelJob(queue, id, () => executor.interrupt()))
    sendJson(response, { cancelled: cancelled.length > 0 })
  },
  'POST /jobs/*/cancel': ({ queue, executor }, { response, id }) =>
    sendJson(response, { cancelled: cancelJob(queue, id, () => executor.interrupt()) }),
}

/** Routes of tests only: reading and switching faults while the engine runs. */
const faultRoutes: Record<string, Handler> = {
  'GET /__faults': ({ faults }, { response }) => sendJson(response, faults),
  'POST /__faults': async ({ faults }, { request, response }) => {
    const refused = setFaults(faults, await readObject(request))
    if (refused.length > 0)
      sendJson(response, { error: 'unknown fault or no whole number', refused }, 400)
    else sendJson(response, faults)
  },
}

/** Answers one request; whatever a handler throws becomes an answer here. */
export async function answer(
  parts: RouteParts,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    if (isForeignOrigin(request)) return sendText(response, 403)
    const url = new URL(request.url ?? '/', 'http://engine')
    // Every route stands under its own path and under /api.
    const path = decodeURIComponent(url.pathname.replace(/^\/api(?=\/)/, ''))
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET')
    const found = findRoute(method, path, parts.allowFaults)
    if (found === undefined) return sendText(response, 404, '404: Not Found')
    await found.handler(parts, { request, response, query: url.searchParams, id: found.id })
  } catch (error) {
    refuse(response, error, parts.log)
  }
}

function findRoute(
  method: string,
  path: string,
  allowFaults: boolean,
): { handler: Handler; id: string } | undefined {
  const table = allowFaults ? { ...routes, ...faultRoutes } : routes
  const exact = table[`${method} ${path}`]
  if (exact !== undefined) return { handler: exact, id: '' }
  const [, noun = '', id = '', verb] = path.split('/')
  const pattern = verb === undefined ? `${method} /${noun}/*` : `${method} /${noun}/*/${verb}`
  const handler = id === '' ? undefined : table[pattern]
  return handler === undefined ? undefined : { handler, id }
}

function refuse(response: ServerResponse, error: unknown, log: (line: string) => void): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  // The rest of a refused body is not read.
  response.setHeader('connection', 'close')
  if (error instanceof HttpRefusal) return sendText(response, error.status, error.message)
  log(`Error handling request: ${error instanceof Error ? error.message : String(error)}`)
  sendText(response, 500, '500 Internal Server Error\n\nServer got itself in trouble')
}

/** The part of `status` that tells how much is waiting. */
export function queueInfo(queue: PromptQueue): { exec_info: { queue_remaining: number } } {
  return { exec_info: { queue_remaining: queue.remaining } }
}

async function readObject(request: IncomingMessage): Promise<Record<string, unknown>> {
  const body = await readJson(request)
  if (!isRecord(body)) throw new TypeError('the body is no object')
  return body
}

function idList(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : []
}

function wholeNumber(text: string | null): number | undefined {
  if (text === null) return undefined
  const number = Number(text)
  if (!Number.isInteger(number))
    throw new TypeError(`invalid literal for int() with base 10: '${text}'`)
  return number
}
