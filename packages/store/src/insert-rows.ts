import type { Table } from './row.ts'
import { join, list, raw, sql } from './sql.ts'
import type { Param, Sql } from './sql.ts'
import type { Writer } from './store.ts'

/** Rows and bytes of bodies in one INSERT on MariaDB, well below `max_allowed_packet` (16 MiB); beyond it another one follows. */
const rowsMax = 200
const bytesMax = 4_194_304

/**
 * Inserts rows of one table. `ifAbsent`: rows whose primary or unique key is there already are left as they are, without
 * `INSERT IGNORE`, which would also swallow values that are too long.
 */
export async function insertRows<Row>(
  writer: Writer,
  table: Table<Row>,
  rows: readonly Row[],
  options: { readonly ifAbsent?: boolean } = {},
): Promise<void> {
  if (rows.length === 0) return
  const head = raw(`INSERT INTO ${table.name} (${table.columns.join(', ')}) VALUES `)
  const tail = options.ifAbsent === true ? absent(writer, table) : raw('')
  const values = rows.map(row => table.write(row))
  await writer.many(
    chunks(writer, values).map(chunk => sql`${head}${join(chunk.map(list), ', ')}${tail}`),
  )
}

type Values = readonly Param[]

function chunks(writer: Writer, rows: readonly Values[]): readonly (readonly Values[])[] {
  if (writer.dialect === 'sqlite') return rows.map(row => [row])
  const pieces: Values[][] = []
  let current: Values[] = []
  let bytes = 0
  for (const row of rows) {
    const size = row.reduce<number>((sum, value) => sum + bytesOf(value), 0)
    if (current.length > 0 && (current.length >= rowsMax || bytes + size > bytesMax)) {
      pieces.push(current)
      current = []
      bytes = 0
    }
    current.push(row)
    bytes += size
  }
  return [...pieces, current]
}

const bytesOf = (value: Param): number => (value instanceof Uint8Array ? value.byteLength : 0)

const absent = (writer: Writer, table: { readonly columns: readonly string[] }): Sql => {
  const first = table.columns[0] ?? ''
  return writer.dialect === 'sqlite'
    ? raw(' ON CONFLICT DO NOTHING')
    : raw(` ON DUPLICATE KEY UPDATE ${first} = ${first}`)
}

/** The tail of an upsert: which columns take the new row's values. `conflict` is the key that SQLite wants named. */
export function onConflict(
  writer: Writer,
  conflict: string,
  columns: readonly string[],
  how: 'replace' | 'add' = 'replace',
): Sql {
  const sets = columns.map(column => {
    const incoming = writer.dialect === 'sqlite' ? `excluded.${column}` : `VALUES(${column})`
    return how === 'add' ? `${column} = ${column} + ${incoming}` : `${column} = ${incoming}`
  })
  return writer.dialect === 'sqlite'
    ? raw(` ON CONFLICT (${conflict}) DO UPDATE SET ${sets.join(', ')}`)
    : raw(` ON DUPLICATE KEY UPDATE ${sets.join(', ')}`)
}
