#!/usr/bin/env node
/** The process of the frontend container: files and environment, nothing else. */
import { createServer } from 'node:http'
import { join } from 'node:path'
import { createFrontend } from '../server/create-frontend.ts'

const help = `bp-frontend: serves the built web app.

  PORT                where to listen (3000)
  HOST                address to listen on (0.0.0.0)
  BP_MEDIA_ORIGINS    origins that pictures come from, separated by spaces
  BP_UPLOAD_ORIGINS   origins that files are sent to, separated by spaces
  BP_COMMIT           answered by /up
  BP_FRONTEND_DIR     the built app (from source: the room's dist; bundled: dist beside the bundle)

SIGTERM lets running answers end, at most 10 s.
`
const drainMsMax = 10_000
const builtDir = join(import.meta.dirname, import.meta.url.endsWith('.ts') ? '../dist' : 'dist')

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  process.stdout.write(help)
} else {
  start(process.env)
}

function start(env: NodeJS.ProcessEnv): void {
  const port = Number(env['PORT'] ?? 3000)
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    process.stderr.write(`PORT is ${env['PORT']}; a whole number from 0 to 65535 is needed.\n`)
    process.exitCode = 2
    return
  }
  const words = (text: string | undefined) => (text ?? '').split(/[\s,]+/).filter(Boolean)
  const handle = createFrontend({
    dir: env['BP_FRONTEND_DIR'] ?? builtDir,
    mediaOrigins: words(env['BP_MEDIA_ORIGINS']),
    uploadOrigins: words(env['BP_UPLOAD_ORIGINS']),
    commit: env['BP_COMMIT'] ?? 'unknown',
  })
  const say = (line: Readonly<Record<string, unknown>>) => {
    process.stdout.write(`${JSON.stringify({ at: new Date().toISOString(), ...line })}\n`)
  }
  const server = createServer((request, response) => {
    const startedMs = performance.now()
    response.once('close', () => {
      say({
        method: request.method,
        // Without the query: it may hold what somebody typed.
        path: (request.url ?? '').split('?', 1)[0],
        status: response.statusCode,
        ms: Math.round((performance.now() - startedMs) * 10) / 10,
      })
    })
    if (handle(request, response)) return
    // The load balancer sends /api elsewhere; here it can only be a mistake of its rules.
    response.writeHead(404, { 'content-type': 'text/plain; charset=utf-8' })
    response.end('The API is not served here.\n')
  })
  const stop = () => {
    server.close()
    server.closeIdleConnections()
    setTimeout(() => {
      server.closeAllConnections()
    }, drainMsMax).unref()
  }
  process.once('SIGTERM', stop)
  process.once('SIGINT', stop)
  server.listen(port, env['HOST'] ?? '0.0.0.0', () => {
    const address = server.address()
    say({ text: 'listening', port: typeof address === 'object' ? address?.port : address })
  })
}
