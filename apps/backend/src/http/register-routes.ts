/**
 * Walks the route table and registers each row: gate, body limit, strict parsing in, stripped parsing out.
 * A handler knows nothing of these; an answer that does not fit its shape is our fault (500), not the caller's.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import { problem } from '@bp/contracts/errors'
import { limits } from '@bp/contracts/limits'
import { paths, type RouteId } from '@bp/contracts/paths'
import { routeIds, routeOf } from '@bp/contracts/routes'
import type { Context } from '../context.ts'
import { admit } from './admit.ts'
import type { Call, Handlers, PlainId, Reply, Sink, StreamId } from './call.ts'
import type { Caller } from './caller.ts'
import { problemFromZod } from './problem-body.ts'
import { signedBody } from './signed-body.ts'
import { openEventStream } from './sse.ts'

/** Registers every route of the table on the app. */
export function registerRoutes(app: FastifyInstance, context: Context, handlers: Handlers): void {
  const callerOf = new WeakMap<FastifyRequest, Caller>()
  for (const id of routeIds) {
    const row = routeOf(id)
    const path = paths[id]
    app.route({
      method: path.method,
      url: path.path,
      bodyLimit: row.bodyBytesMax ?? limits.bodyBytesMax,
      onRequest: async (request, reply) => {
        const admitted = await admit(id, credentialsOf(request), context.gate)
        callerOf.set(request, admitted.caller)
        reply.headers({ ...admitted.headers })
      },
      ...(row.auth === 'fleet_signature'
        ? {
            preParsing: async (request, _reply, payload) => {
              const caller = callerOf.get(request)
              if (caller?.kind !== 'fallback') throw new Error('a body came before its gate')
              return signedBody(payload, caller, row.bodyBytesMax ?? limits.bodyBytesMax)
            },
          }
        : {}),
      handler: async (request, reply) => {
        const caller = callerOf.get(request)
        if (caller === undefined) throw new Error('a handler ran before its gate')
        if (isStream(id))
          return runStream(id, handlerOf(handlers, id), request, reply, caller, context)
        return runPlain(id, handlerOf(handlers, id), request, reply, caller, context)
      },
    })
  }
}

const isStream = (id: RouteId): id is StreamId => 'stream' in paths[id]
const credentialsOf = (request: FastifyRequest) => ({
  headers: request.headers,
  ip: request.ip,
  method: request.method,
  url: request.raw.url ?? '',
})

/** The handler of a row as the walk sees it. Each was held against its own row when `handlers` was compiled. */
type AnyHandler = (call: Call<RouteId>, context: Context) => Promise<unknown>
function handlerOf(handlers: Handlers, id: RouteId): AnyHandler {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a walk over the table loses which row it is at
  return handlers[id] as unknown as AnyHandler
}

async function runPlain(
  id: PlainId,
  handler: AnyHandler,
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
  context: Context,
): Promise<FastifyReply> {
  const row = routeOf(id)
  const gone = new AbortController()
  const onClose = (): void => gone.abort()
  reply.raw.once('close', onClose)
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  const answer = (await handler(
    readCall(id, request, caller, AbortSignal.any([gone.signal, context.closing])),
    context,
  )) as Reply<PlainId>

  const statuses = Object.keys(row.ok)
  const status = Number(answer.status ?? statuses[0])
  const shape = row.ok[status]
  if (shape === undefined) throw new Error(`${id} answered with an undeclared status ${status}`)
  let body: unknown
  try {
    body = stripped(id, shape, answer.body)
  } catch (thrown) {
    // What this answer hands over is not handed over: it must not wait for its expiry.
    await answer.undelivered?.()
    throw thrown
  }
  if (answer.undelivered !== undefined) {
    const { undelivered } = answer
    if (reply.raw.destroyed || request.raw.socket.destroyed) await undelivered()
    else
      reply.raw.once('close', () => {
        if (!reply.raw.writableFinished)
          undelivered().catch((thrown: unknown) => {
            context.log.warn({ err: thrown, route: id }, 'an undelivered answer was not taken back')
          })
      })
  }
  reply.raw.off('close', onClose)
  reply.headers({ ...answer.headers }).status(status)
  return body === undefined
    ? reply.send()
    : reply.type('application/json; charset=utf-8').send(JSON.stringify(body))
}

async function runStream(
  id: StreamId,
  handler: AnyHandler,
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
  context: Context,
): Promise<FastifyReply> {
  if (caller.kind !== 'user') throw problem('unauthorized', {})
  const place = context.streams.take(caller.id)
  try {
    const gone = new AbortController()
    reply.raw.once('close', () => gone.abort())
    const run: unknown = await handler(readCall(id, request, caller, gone.signal), context)
    if (typeof run !== 'function') throw new Error(`${id} gave no stream`)
    const headers: Record<string, string> = {}
    for (const [name, value] of Object.entries(reply.getHeaders()))
      if (typeof value === 'string') headers[name] = value
    reply.hijack()
    const stream = openEventStream(reply.raw, headers)
    place.attach(stream, async () => {
      const again = await context.gate.callers.user(credentialsOf(request))
      return again?.id === caller.id
    })
    const shapes = routeOf(id).stream ?? {}
    const sink: Sink<StreamId> = {
      signal: stream.signal,
      send: (event, data, options = {}) => {
        const shape = shapes[event]
        if (shape !== undefined) stream.write(event, stripped(id, shape, data), options)
      },
      end: reason => stream.end(reason),
    }
    // Not awaited by the request: it is over, the stream lives on.
    Promise.resolve(Reflect.apply(run, undefined, [sink]))
      .catch((thrown: unknown) => {
        context.log.error({ err: thrown, route: id }, 'a live stream failed')
        stream.end('failed')
      })
      .finally(() => place.give())
    return reply
  } catch (thrown) {
    place.give()
    throw thrown
  }
}

function readCall(
  id: RouteId,
  request: FastifyRequest,
  caller: Caller,
  signal: AbortSignal,
): Call<RouteId> {
  const row = routeOf(id)
  const call = {
    params: read(row.params, request.params, 'params'),
    query: read(row.query, request.query, 'query'),
    body: read(row.body, request.body ?? {}, 'body'),
    caller,
    headers: request.headers,
    ip: request.ip,
    requestId: request.id,
    signal,
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each part was read by this row's own schema
  return call as unknown as Call<RouteId>
}

function read(
  schema: z.ZodType | undefined,
  value: unknown,
  place: 'params' | 'query' | 'body',
): unknown {
  if (schema === undefined) return undefined
  const result = schema.safeParse(value)
  if (result.success) return result.data
  // A malformed id or slug in the path names nothing that exists.
  throw place === 'params'
    ? problem('not_found', { noun: 'thing at this address' }, { cause: result.error })
    : problemFromZod(result.error, place)
}

function stripped(id: RouteId, shape: z.ZodType, value: unknown): unknown {
  const result = shape.safeParse(value)
  if (result.success) return result.data
  const faults = result.error.issues
    .slice(0, 5)
    .map(issue => `${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`the answer of ${id} does not fit its shape: ${faults.join('; ')}`)
}
