import { setTimeout as sleep } from 'node:timers/promises'
import { problem } from '@bp/contracts/errors'
import type { JobId, UserId } from '@bp/contracts/ids'
import { isFinal } from '@bp/contracts/jobs'
import { limits } from '@bp/contracts/limits'
import type { Job } from '@bp/contracts/shapes/jobs'
import type { Context } from '../../context.ts'
import { readJob } from './read-job.ts'

/** Seconds of `Prefer: wait=n`, at most 60; 0 without the header. */
export function waitSeconds(header: string | readonly string[] | undefined): number {
  const text = typeof header === 'string' ? header : (header?.join(',') ?? '')
  const match = /(?:^|[\s,;])wait=(\d{1,4})(?:$|[\s,;])/.exec(text)
  return Math.min(Number(match?.[1] ?? '0'), limits.waitSecondsMax)
}

/** A missed hint costs this much. */
const lookAgainMs = 2_000

/**
 * The job as soon as it has ended, or as it is after `seconds`. Throws `not_found` when it is absent or not the
 * owner's. Always ends: at the time, or when the caller hangs up.
 */
export async function waitForJob(
  key: { readonly id: JobId; readonly owner: UserId },
  seconds: number,
  signal: AbortSignal,
  context: Context,
): Promise<Job> {
  const untilMs = performance.now() + seconds * 1000
  let changed = Promise.withResolvers<void>()
  // Listened to before the first look, so that a change between look and wait is not missed.
  const off = context.hints.onJob(hint => {
    if (hint.jobId === key.id) changed.resolve()
  })
  try {
    for (;;) {
      const job = await readJob(key, context)
      if (job === undefined) throw problem('not_found', { noun: 'job' })
      const leftMs = untilMs - performance.now()
      if (isFinal(job.status) || leftMs <= 0 || signal.aborted) return job
      const stop = new AbortController()
      const onAbort = (): void => stop.abort()
      signal.addEventListener('abort', onAbort, { once: true })
      await Promise.race([
        changed.promise,
        sleep(Math.min(leftMs, lookAgainMs), undefined, { signal: stop.signal }).catch(
          () => undefined,
        ),
      ])
      stop.abort()
      signal.removeEventListener('abort', onAbort)
      changed = Promise.withResolvers<void>()
    }
  } finally {
    off()
  }
}
