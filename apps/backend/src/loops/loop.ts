/** One loop of the house: ticks one after another, each with a time limit, never dead by an error. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Health } from '../health.ts'
import type { Log } from '../log.ts'

export interface LoopOptions {
  readonly name: string
  /** One round. `signal` is aborted when its time is over or the loop ends. Answers ms to the next, or undefined. */
  readonly tick: (signal: AbortSignal) => Promise<number | undefined>
  readonly everyMs: number
  /** The wait is spread by ± this much, so that processes do not fall into step. */
  readonly jitterMs?: number
  readonly limitMs?: number
  readonly health: Health
  readonly log: Log
}

export interface Loop extends AsyncDisposable {
  /** Ticks now instead of at its time. Many calls during one wait are one tick. */
  wake(): void
}

/** Starts a loop. Disposing waits for the tick under way. */
export function startLoop(options: LoopOptions): Loop {
  const { name, everyMs, jitterMs = 0, limitMs = 30_000, health, log } = options
  const ending = new AbortController()
  let waking = Promise.withResolvers<void>()

  const run = async (): Promise<void> => {
    while (!ending.signal.aborted) {
      let nextMs = everyMs
      try {
        const limit = AbortSignal.any([ending.signal, AbortSignal.timeout(limitMs)])
        nextMs = (await options.tick(limit)) ?? everyMs
        health.ticked(name, 'ok')
      } catch (thrown) {
        health.ticked(name, 'failed')
        log.warn({ err: thrown, loop: name }, 'a round of a loop failed')
      }
      const stop = new AbortController()
      const spreadMs = (Math.random() * 2 - 1) * jitterMs
      await Promise.race([
        waking.promise,
        sleep(Math.max(10, nextMs + spreadMs), undefined, {
          signal: AbortSignal.any([stop.signal, ending.signal]),
        }).catch(() => undefined),
      ])
      stop.abort()
      waking = Promise.withResolvers<void>()
    }
  }
  const running = run()
  return {
    wake: () => waking.resolve(),
    [Symbol.asyncDispose]: async () => {
      ending.abort()
      waking.resolve()
      await running
    },
  }
}
