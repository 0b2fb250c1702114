import { rehome } from '@bp/store/fleets/rehome'
import type { Context } from '../context.ts'

/** Rounds of one tick; what is left then waits for the next. */
const roundsMax = 20

/** Moves one lane's waiting jobs to the fleet that serves them. Answers whether there was anything to move. */
async function rehomeOnce({ store, hints }: Pick<Context, 'store' | 'hints'>): Promise<boolean> {
  const { moved, changes } = await store.write(writer => rehome(writer))
  if (moved === 0) return false
  hints.changed(changes)
  hints.work()
  return true
}

/** Moves whatever waits in a fleet that does not serve it. */
export async function rehomeAll(context: Context, signal: AbortSignal): Promise<void> {
  for (let round = 0; round < roundsMax && !signal.aborted; round++)
    if (!(await rehomeOnce(context))) return
}
