/** What rooms of this process log through. Lines are JSON; secrets and signed addresses are taken out. */
import fastify, { type FastifyBaseLogger } from 'fastify'
import type { LogLevel } from './config/config.ts'

export interface Log {
  debug(facts: object, text: string): void
  info(facts: object, text: string): void
  warn(facts: object, text: string): void
  error(facts: object, text: string): void
}

const secretFields = [
  'authorization',
  'cookie',
  'token',
  'secret',
  'password',
  'signature',
  'url',
  'headers.authorization',
  'headers.cookie',
  '*.authorization',
  '*.cookie',
  '*.token',
  '*.secret',
  '*.password',
  '*.url',
]

/** Makes the process's logger: standard output, or a file that is appended to. */
export function createLog(level: LogLevel, file?: string): FastifyBaseLogger {
  // Fastify carries the logger that its requests want; a bare instance is the way to have it before the app.
  return fastify({
    logger: {
      level,
      redact: { paths: secretFields, censor: '…' },
      ...(file === undefined ? {} : { file }),
    },
  }).log
}
