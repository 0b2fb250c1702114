import { text } from './row.ts'
import { raw, sql } from './sql.ts'
import type { Reader, Row } from './store.ts'

/** Names of the tables that exist. */
export async function tableNames(reader: Reader): Promise<readonly string[]> {
  const rows = await reader.all(
    reader.dialect === 'sqlite'
      ? sql`SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name`
      : sql`SELECT table_name AS name FROM information_schema.tables WHERE table_schema = DATABASE() ORDER BY table_name`,
  )
  return rows.map(row => text.read(row['name']))
}

/** Names of the columns of one table, in their order. */
export async function columnNames(reader: Reader, table: string): Promise<readonly string[]> {
  const rows = await reader.all(
    reader.dialect === 'sqlite'
      ? sql`SELECT name FROM pragma_table_info(${table}) ORDER BY cid`
      : sql`SELECT column_name AS name FROM information_schema.columns
          WHERE table_schema = DATABASE() AND table_name = ${table} ORDER BY ordinal_position`,
  )
  return rows.map(row => text.read(row['name']))
}

/** The whole schema as text, as the database itself tells it. Compared with `schema/*.sql`. */
export async function dumpSchema(reader: Reader): Promise<string> {
  const pieces =
    reader.dialect === 'sqlite' ? await sqlitePieces(reader) : await mariadbPieces(reader)
  return `${pieces.join('\n\n')}\n`
}

async function sqlitePieces(reader: Reader): Promise<readonly string[]> {
  const rows = await reader.all(
    sql`SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY tbl_name, type DESC, name`,
  )
  return rows.map(row => `${text.read(row['sql'])};`)
}

async function mariadbPieces(reader: Reader): Promise<readonly string[]> {
  const pieces: string[] = []
  for (const table of await tableNames(reader)) {
    const row = await reader.first(raw(`SHOW CREATE TABLE \`${table}\``))
    pieces.push(`${textOf(row, 'Create Table').replace(/ AUTO_INCREMENT=\d+/, '')};`)
  }
  const triggers = await reader.all(sql`
    SELECT trigger_name AS name, event_manipulation AS event, event_object_table AS target, action_statement AS body
    FROM information_schema.triggers WHERE trigger_schema = DATABASE() ORDER BY trigger_name`)
  for (const trigger of triggers) {
    pieces.push(
      `TRIGGER ${textOf(trigger, 'name')} BEFORE ${textOf(trigger, 'event')} ON ${textOf(trigger, 'target')}\n${textOf(trigger, 'body')};`,
    )
  }
  return pieces
}

const textOf = (row: Row | undefined, column: string): string => text.read(row?.[column])
