import { expire } from '@bp/store/jobs/expire'
import { nextDueInMs } from '@bp/store/jobs/next-due'
import { promote as promoteDue } from '@bp/store/jobs/promote'
import type { Context } from '../context.ts'

const batch = 500
/** Without anything due it looks this often: another process may have added something. */
const lookAgainMs = 1_000

/** Moves delayed jobs that are due into line and ends those whose deadline has passed. Answers ms to the next one. */
export async function promote({ store, hints }: Pick<Context, 'store' | 'hints'>): Promise<number> {
  const dueMs = await store.read(reader => nextDueInMs(reader))
  if (dueMs === undefined || dueMs > 0) return Math.min(dueMs ?? lookAgainMs, lookAgainMs)
  const changes = await store.write(async writer => [
    ...(await promoteDue(writer, { limit: batch })),
    ...(await expire(writer, { limit: batch })),
  ])
  hints.changed(changes)
  // A full batch may have left some; nothing changed means that somebody else was at it.
  return changes.length >= batch ? 10 : 200
}
