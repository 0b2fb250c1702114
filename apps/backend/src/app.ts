/**
 * Builds the app: gate, routes, errors. It does not listen: `start-backend.ts` and tests hand requests to it.
 *
 *   request → host check → gate of its row (who, origin, rights, rate) → body → handler → answer by its shape
 */
import { randomBytes } from 'node:crypto'
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyReply,
} from 'fastify'
import { problem } from '@bp/contracts/errors'
import { paths } from '@bp/contracts/paths'
import { routeIds } from '@bp/contracts/routes'
import type { Context } from './context.ts'
import { safetyHeaders } from './http/headers.ts'
import { checkHost } from './http/host-origin.ts'
import { parseJson } from './http/json-body.ts'
import { problemBody, problemFrom } from './http/problem-body.ts'
import { registerRoutes } from './http/register-routes.ts'
import { registerMetrics } from './metrics.ts'
import { handlers } from './routes/handlers.ts'

/** The app, not listening. */
export async function buildApp(
  context: Context,
  options: { readonly logger?: FastifyBaseLogger } = {},
): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    ...(options.logger === undefined ? {} : { loggerInstance: options.logger }),
    // One line a request of our own: the usual two carry whole addresses.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => `req_${randomBytes(10).toString('hex')}`,
    exposeHeadRoutes: false,
    return503OnClosing: false,
    routerOptions: {
      maxParamLength: 200,
      ignoreTrailingSlash: false,
      caseSensitive: true,
    },
    frameworkErrors: (thrown, request, reply) => {
      sendProblem(thrown, request.id, reply)
    },
  })

  app.removeAllContentTypeParsers()
  app.addContentTypeParser<string>(
    'application/json',
    { parseAs: 'string' },
    async (_request: unknown, text: string) => (text === '' ? undefined : parseJson(text)),
  )

  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...safetyHeaders, 'request-id': request.id })
    if (!isHealthCheck(request.url)) checkHost(request.headers.host, context.gate.places)
    if (context.closing.aborted) throw problem('shutting_down', {}, { retryAfterS: 2 })
  })
  app.addHook('onResponse', async (request, reply) => {
    const facts = {
      request_id: request.id,
      method: request.method,
      // Without its query: a signed address is a secret.
      path: request.url.split('?')[0],
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime),
    }
    // Polls and health would drown the rest.
    const isQuiet = /^\/(metrics$|api\/(live|up|ready)$|api\/worker\/)/.test(request.url)
    if (isQuiet && reply.statusCode < 500) context.log.debug(facts, 'request')
    else context.log.info(facts, 'request')
  })

  app.setErrorHandler((thrown, request, reply) => {
    const shown = problemFrom(withLimit(thrown, request.routeOptions.bodyLimit))
    if (shown.status >= 500 && shown.code !== 'shutting_down')
      context.log.error(
        { err: shown.cause ?? shown, request_id: request.id, route: request.routeOptions.url },
        'a request failed',
      )
    sendProblem(shown, request.id, reply)
  })
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split('?')[0] ?? ''
    const allowed = methodsOf(path)
    if (allowed.length > 0) reply.header('allow', allowed.join(', '))
    throw allowed.length > 0
      ? problem('method_not_allowed', { method: request.method, allowed: allowed.join(', ') })
      : problem('route_unknown', { method: request.method, path: path.slice(0, 200) })
  })

  registerRoutes(app, context, handlers)
  registerMetrics(app, context)
  await app.ready()
  return app
}

function sendProblem(thrown: unknown, requestId: string, reply: FastifyReply): void {
  const shown = problemFrom(thrown)
  if (shown.retryAfterS !== undefined) reply.header('retry-after', String(shown.retryAfterS))
  reply
    .status(shown.status)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemBody(shown, requestId)))
}

/** The framework's own error does not say how much would have been allowed. */
function withLimit(thrown: unknown, bytesMax: number | undefined): unknown {
  if (thrown instanceof Error && 'code' in thrown && thrown.code === 'FST_ERR_CTP_BODY_TOO_LARGE')
    return problem('body_too_large', { allowed: bytesMax ?? 0 })
  return thrown
}

/** Methods that a path has in the table, for a call with another one. */
function methodsOf(path: string): readonly string[] {
  return routeIds
    .filter(id => new RegExp(`^${paths[id].path.replaceAll(/:\w+/g, '[^/]+')}$`).test(path))
    .map(id => paths[id].method)
}

/** A load balancer asks by the target's address, which no configuration knows; the answer tells nobody anything. */
const isHealthCheck = (url: string): boolean =>
  url === paths['system.live'].path || url === paths['system.up'].path
