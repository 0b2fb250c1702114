import { pruneEvents, pruneKeys, prunePayloads } from '@bp/store/jobs/prune'
import type { Writer } from '@bp/store/store'
import { pruneLinks } from '@bp/store/users/prune-links'
import type { Context } from '../context.ts'
import type { Leader } from './leader.ts'

/** What is removed, in this order; how long each is kept stands in the store. */
const kinds: Readonly<Record<string, (writer: Writer, limit: number) => Promise<number>>> = {
  'idempotency keys': (writer, limit) => pruneKeys(writer, { limit }),
  links: (writer, limit) => pruneLinks(writer, { limit }),
  payloads: (writer, limit) => prunePayloads(writer, { limit }),
  events: (writer, limit) => pruneEvents(writer, { limit }),
}

/** Rows of one transaction: SQLite has one writer, which nobody should wait for long. */
const pieceOf = { sqlite: 200, mariadb: 1_000 } as const
/** Transactions of one round and kind; what is left comes soon after. */
const piecesMax = 50
const soonMs = 5_000

/**
 * Removes rows whose time is over, in bounded pieces, if this process leads. Answers a short time when something is
 * left, else undefined.
 */
export async function prune(
  { store, log }: Pick<Context, 'store' | 'log'>,
  leader: Pick<Leader, 'lead' | 'write'>,
  signal: AbortSignal,
  bounds: { readonly piece: number; readonly piecesMax: number } = {
    piece: pieceOf[store.dialect],
    piecesMax,
  },
): Promise<number | undefined> {
  if (!(await leader.lead())) return undefined
  let isMore = false
  for (const [kind, remove] of Object.entries(kinds)) {
    let removed = 0
    let isDone = false
    for (let piece = 0; piece < bounds.piecesMax && !isDone; piece++) {
      if (signal.aborted) return soonMs
      const count = await leader.write(writer => remove(writer, bounds.piece))
      // Somebody else leads by now.
      if (count === undefined) return undefined
      removed += count
      isDone = count < bounds.piece
    }
    if (removed > 0) log.info({ kind, removed }, 'rows over their time were removed')
    isMore ||= !isDone
  }
  return isMore ? soonMs : undefined
}
