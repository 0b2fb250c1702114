import { setTimeout as pause } from 'node:timers/promises'

const lookEveryMs = 100

/** Looks again and again until `look` finds something; undefined when the time is over. Throws when aborted. */
export async function waitFor<Found>(
  look: () => Promise<Found | undefined>,
  waitMsMax: number,
  signal: AbortSignal,
): Promise<Found | undefined> {
  const endMs = performance.now() + waitMsMax
  for (;;) {
    const found = await look()
    if (found !== undefined) return found
    if (performance.now() >= endMs) return undefined
    await pause(lookEveryMs, undefined, { signal })
  }
}
