/**
 * The server's clock as this page knows it. A visitor's clock may be an hour off, so no duration is measured with it:
 * the newest `as_of` plus the monotonic time since it came.
 */
export interface ServerClock {
  /** Tells the clock what time an answer was made. */
  readonly hear: (asOf: string) => void
  /** The server's time in Unix ms. */
  readonly now: () => number
}

/** `monotonicMs` counts up steadily; `wallMs` serves until the first answer. */
export function createServerClock(
  monotonicMs: () => number = () => performance.now(),
  wallMs: () => number = () => Date.now(),
): ServerClock {
  let offset = wallMs() - monotonicMs()
  let latest = 0
  return {
    hear: asOf => {
      const at = Date.parse(asOf)
      // An old answer that comes late may not turn the clock back.
      if (Number.isNaN(at) || at <= latest) return
      latest = at
      offset = at - monotonicMs()
    },
    now: () => monotonicMs() + offset,
  }
}
