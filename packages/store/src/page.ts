/** One page of a cursor list. A page may be short and still have more: then a filter without an index has read its windows. */
export interface Page<T, Cursor> {
  readonly rows: readonly T[]
  readonly hasMore: boolean
  /** Give it as `before` for the next page; present when `hasMore`. */
  readonly next?: Cursor
}

/** Larger than every id: the cursor of the first page. */
export const newest = (1n << 63n) - 1n

/** Ids that one window of a filter without an index reads, and windows of one request. */
export const windowRows = 5_000
export const windowsMax = 4

/** Cuts a list that was read one row too long into a page. */
export function pageOf<T, Cursor>(
  rows: readonly T[],
  limit: number,
  cursorOf: (row: T) => Cursor,
): Page<T, Cursor> {
  const kept = rows.slice(0, limit)
  const last = kept.at(-1)
  return rows.length > limit && last !== undefined
    ? { rows: kept, hasMore: true, next: cursorOf(last) }
    : { rows: kept, hasMore: false }
}
