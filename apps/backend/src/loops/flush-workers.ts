import { flushLive } from '@bp/store/workers/flush-live'
import type { Context } from '../context.ts'

/** Writes what was heard of workers in one statement, each 5 s, instead of at each beat. */
export async function flushWorkers({
  store,
  liveWorkers,
}: Pick<Context, 'store' | 'liveWorkers'>): Promise<void> {
  const reports = liveWorkers.take()
  if (reports.length > 0) await store.write(writer => flushLive(writer, reports))
}
