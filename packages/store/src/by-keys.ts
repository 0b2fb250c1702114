import { join } from './sql.ts'
import type { Sql } from './sql.ts'
import type { Reader, Row, Writer } from './store.ts'

/** Keys in one statement on MariaDB; beyond it another statement follows. */
const keysMax = 128

/**
 * The WHERE of many keys, for statements by full primary key. MariaDB gets `(a = ? AND b = ?) OR (…)`, which it reads as ranges
 * of the primary key; a row constructor `(a, b) IN (…)` may become a scan that locks what it passes. SQLite runs the statement
 * once a key: there is no network to save.
 */
function wheres<Key>(
  reader: Reader,
  keys: readonly Key[],
  match: (key: Key) => Sql,
): readonly Sql[] {
  if (reader.dialect === 'sqlite') return keys.map(match)
  const pieces: Sql[] = []
  for (let from = 0; from < keys.length; from += keysMax) {
    const chunk = keys.slice(from, from + keysMax).map(match)
    const all = join(chunk, ') OR (')
    pieces.push({ text: `((${all.text}))`, params: all.params })
  }
  return pieces
}

/** Rows of many keys: `SELECT … WHERE <key>` or `DELETE … WHERE <key> RETURNING …`. */
export async function rowsByKeys<Key>(
  reader: Reader,
  keys: readonly Key[],
  match: (key: Key) => Sql,
  statement: (where: Sql) => Sql,
): Promise<readonly Row[]> {
  const found: Row[] = []
  for (const where of wheres(reader, keys, match)) {
    found.push(...(await reader.all(statement(where))))
  }
  return found
}

/** One write for many keys; answers how many rows it found. */
export async function changeByKeys<Key>(
  writer: Writer,
  keys: readonly Key[],
  match: (key: Key) => Sql,
  statement: (where: Sql) => Sql,
): Promise<number> {
  const counts = await writer.many(wheres(writer, keys, match).map(statement))
  return counts.reduce((sum, count) => sum + count, 0)
}
