import { reasonOf, type Log } from '../log.ts'
import { pause } from '../waiting.ts'
import type { Imds } from './imds.ts'

/** AWS wants to be asked this often: its notice comes two minutes ahead. */
const everyMsUsual = 5_000
/** What still runs this long before the end is given back while there is time to say so. */
const giveBackMs = 20_000

export interface SpotWatchOptions {
  readonly imds: Pick<Imds, 'interruption'>
  readonly log: Log
  /** Take nothing new and finish. */
  readonly onNotice: () => void
  /** Give back what still runs. */
  readonly onLast: () => void
  readonly everyMs?: number
}

/** Watches for the notice that takes a Spot machine away. Returns when it has come and was acted on, or at the abort. */
export async function watchSpot(options: SpotWatchOptions, signal: AbortSignal): Promise<void> {
  const { imds, log, onNotice, onLast, everyMs = everyMsUsual } = options
  let isUnanswered = false
  while (!signal.aborted) {
    try {
      const atMs = await imds.interruption(signal)
      isUnanswered = false
      if (atMs !== undefined) {
        log.warn('machine.spot_notice', { at: new Date(atMs).toISOString() })
        onNotice()
        await pause(Math.max(0, atMs - Date.now() - giveBackMs), signal)
        if (!signal.aborted) onLast()
        return
      }
    } catch (error) {
      // One line for a silence, however long it lasts.
      if (!isUnanswered && !signal.aborted)
        log.warn('machine.metadata_away', { reason: reasonOf(error) })
      isUnanswered = true
    }
    await pause(everyMs, signal)
  }
}
