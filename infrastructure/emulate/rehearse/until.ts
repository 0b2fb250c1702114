import { setTimeout as sleep } from 'node:timers/promises'

const everyMsDefault = 250

export interface UntilOptions {
  readonly signal: AbortSignal
  readonly everyMs?: number
}

/**
 * Looks again and again until `look` answers something. A look that throws is a look without an answer. Bounded by the
 * signal; then it throws what it waited for, and what the last look said.
 */
export async function until<Seen>(
  what: string,
  look: () => Promise<Seen | undefined>,
  { signal, everyMs = everyMsDefault }: UntilOptions,
): Promise<Seen> {
  let last: unknown
  while (!signal.aborted) {
    try {
      const seen = await look()
      if (seen !== undefined) return seen
      last = undefined
    } catch (error) {
      last = error
    }
    await sleep(everyMs, undefined, { signal }).catch(() => undefined)
  }
  throw new Error(`waited in vain for ${what}`, last === undefined ? {} : { cause: last })
}
