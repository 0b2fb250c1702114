import { int } from '../row.ts'
import { raw, sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { Reader } from '../store.ts'

/** How better-auth's tables hold a time: ISO text on SQLite, TIMESTAMP(3) on MariaDB. Nothing else in the house does. */
export const authTime = (reader: Reader, unixMs: number): Sql =>
  reader.dialect === 'sqlite'
    ? sql`${new Date(unixMs).toISOString()}`
    : sql`FROM_UNIXTIME(${unixMs} / 1000)`

/** A column of that kind as Unix ms, for a SELECT; read it with `readAuthMs`. */
export const authMs = (reader: Reader, column: string): Sql =>
  reader.dialect === 'sqlite'
    ? raw(column)
    : raw(`CAST(UNIX_TIMESTAMP(${column}) * 1000 AS SIGNED)`)

export function readAuthMs(stored: unknown): number {
  if (typeof stored !== 'string') return int.read(stored)
  const ms = Date.parse(stored)
  if (Number.isNaN(ms)) throw new TypeError('a date of a sign-in table cannot be read')
  return ms
}
