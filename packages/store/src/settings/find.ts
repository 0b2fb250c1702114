import { doc, int } from '../row.ts'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'

export interface Setting {
  /** JSON text. */
  readonly value: string
  readonly rev: number
}

/** A group of settings, or undefined when it was never set. */
export async function find(reader: Reader, name: string): Promise<Setting | undefined> {
  const row = await reader.first(sql`SELECT value, rev FROM setting WHERE name = ${name}`)
  return row === undefined
    ? undefined
    : { value: doc.read(row['value']), rev: int.read(row['rev']) }
}
