/** Waiting that can be called off, and the pauses between tries. */
import { setTimeout as sleep } from 'node:timers/promises'

/** Waits `ms`; an abort ends the wait early and is not an error. The caller looks at its signal. */
export async function pause(ms: number, signal?: AbortSignal): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal })
  } catch {
    // Aborted: nothing to do but go on.
  }
}

/** Pause before try number `tries` (0, 1, 2 …): doubles up to the maximum, spread so that a fleet does not come back as one. */
export function backoffMs(tries: number, firstMs: number, mostMs: number): number {
  return Math.min(mostMs, firstMs * 2 ** Math.min(tries, 16)) * (0.5 + Math.random() / 2)
}
