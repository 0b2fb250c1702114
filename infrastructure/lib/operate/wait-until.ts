import { setTimeout as wait } from 'node:timers/promises'
import { OperateFault } from './fault.ts'
import type { Say } from './script.ts'

export interface Patience {
  readonly everyMs: number
  readonly withinMs: number
}

/** What one look has found: the end of the wait, or what is still missing. */
export type Look<T> = { readonly done: T } | { readonly missing: string }

/**
 * Looks until there is something, and says what is missing whenever that changes. Throws `timed_out` at the bound, with
 * what was missing last.
 */
export async function waitUntil<T>(
  what: string,
  { everyMs, withinMs }: Patience,
  say: Say,
  look: () => Promise<Look<T>>,
): Promise<T> {
  const endAt = performance.now() + withinMs
  let told = ''
  for (;;) {
    const found = await look()
    if ('done' in found) return found.done
    if (found.missing !== told) say(`${what}: ${found.missing}`)
    told = found.missing
    if (performance.now() + everyMs > endAt)
      throw new OperateFault(
        'timed_out',
        `${what}: not within ${Math.round(withinMs / 1000)} s; at last: ${found.missing}.`,
        'Run it again: it goes on where this stands.',
      )
    await wait(everyMs)
  }
}
