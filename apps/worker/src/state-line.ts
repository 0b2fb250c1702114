import type { Log } from './log.ts'

export interface StateLine extends Disposable {
  /** Something may have changed: writes a line if it has. */
  look(): void
}

export interface StateLineOptions {
  /** Holds a lease, or still brings what it made. */
  readonly isBusy: () => boolean
  readonly log: Log
  readonly everyMs?: number
}

/** The fallback counts a machine of which it has read nothing for half an hour as lost. */
const everyMsUsual = 60_000

/**
 * Writes `agent.state` once a minute and at each change: `{"event":"agent.state","state":"idle","since":"…"}`. When the
 * backend cannot be asked, these lines are all that tells whether a machine may be ended, so they say nothing but facts:
 * `since` is when this state began.
 */
export function startStateLine({
  isBusy,
  log,
  everyMs = everyMsUsual,
}: StateLineOptions): StateLine {
  const stateNow = () => (isBusy() ? 'busy' : 'idle')
  let state = stateNow()
  let since = new Date().toISOString()
  const write = () => log.info('agent.state', { state, since })
  const look = () => {
    const next = stateNow()
    if (next === state) return
    state = next
    since = new Date().toISOString()
    write()
  }
  write()
  const timer = setInterval(() => {
    look()
    write()
  }, everyMs)
  timer.unref()
  return { look, [Symbol.dispose]: () => clearInterval(timer) }
}
