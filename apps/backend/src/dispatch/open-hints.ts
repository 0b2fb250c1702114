import type { RedisConfig } from '../config/redis.ts'
import type { Health } from '../health.ts'
import type { Log } from '../log.ts'
import { createHints, type Hints } from './hints.ts'

/** Hints of this process, shared with other backends where there is a Redis. Its client is loaded only there. */
export async function openHints(around: {
  readonly redis: RedisConfig | undefined
  readonly token: string | undefined
  readonly health: Health
  readonly log: Log
}): Promise<Hints & AsyncDisposable> {
  const own = createHints()
  const { redis, ...rest } = around
  if (redis === undefined) return { ...own, [Symbol.asyncDispose]: async () => undefined }
  const { shareHints } = await import('./shared-hints.ts')
  return shareHints({ own, redis, ...rest })
}
