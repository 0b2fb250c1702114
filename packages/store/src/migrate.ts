/**
 * The only runner of migrations. Forward only: `migrations/NNNN_name.{sqlite,mariadb}.sql`, both or neither.
 * SQLite: one transaction a file. MariaDB commits each DDL by itself, so the runner records how many statements of the file are
 * done and goes on there; statements are re-runnable for the one that was cut off.
 */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { SchemaError } from './failure.ts'
import { int, maybe, table, text } from './row.ts'
import type { RowOf } from './row.ts'
import { raw, sql } from './sql.ts'
import type { DialectName, Reader, Store } from './store.ts'

export interface SchemaState {
  /** Highest number that has been applied whole; 0 = empty database. */
  readonly current: number
  readonly expected: number
  readonly state: 'current' | 'schema_behind' | 'schema_ahead' | 'migration_changed'
}

interface MigrationFile {
  readonly number: number
  readonly name: string
  readonly sha256: string
  readonly text: string
}

const applied = table('migration', {
  number: int,
  name: text,
  sha256: text,
  statementsDone: int,
  startedAt: int,
  finishedAt: maybe(int),
  app: text,
})
type AppliedRow = RowOf<typeof applied>

/** Beside this file, and beside the bundle of the backend. */
const folder = new URL('migrations/', import.meta.url)

async function migrationFiles(dialect: DialectName): Promise<readonly MigrationFile[]> {
  const names = (await readdir(folder)).filter(name => name.endsWith(`.${dialect}.sql`)).toSorted()
  return Promise.all(
    names.map(async name => {
      const content = await readFile(new URL(name, folder), 'utf8')
      return {
        number: Number(name.slice(0, 4)),
        name: name.slice(0, -`.${dialect}.sql`.length),
        sha256: createHash('sha256').update(content).digest('hex'),
        text: content,
      }
    }),
  )
}

/** Statements of a MariaDB file end with a semicolon and an empty line, so a trigger's own semicolons need no delimiter. */
const statementsOf = (content: string): readonly string[] =>
  content
    .split(/;\s*\n\s*\n/)
    .map(statement => statement.trim().replace(/;$/, ''))
    .filter(statement => statement.replaceAll(/^--.*$/gm, '').trim() !== '')

async function appliedRows(reader: Reader): Promise<readonly AppliedRow[]> {
  const exists = await reader.first(
    reader.dialect === 'sqlite'
      ? sql`SELECT 1 AS found FROM sqlite_schema WHERE type = 'table' AND name = 'migration'`
      : sql`SELECT 1 AS found FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'migration'`,
  )
  if (exists === undefined) return []
  const rows = await reader.all(sql`SELECT ${applied.select()} FROM migration ORDER BY number`)
  return rows.map(row => applied.read(row))
}

function compare(files: readonly MigrationFile[], rows: readonly AppliedRow[]): SchemaState {
  const expected = files.at(-1)?.number ?? 0
  const current = rows.findLast(row => row.finishedAt !== null)?.number ?? 0
  const byNumber = new Map(files.map(file => [file.number, file]))
  const changed = rows.some(row => {
    const file = byNumber.get(row.number)
    return file !== undefined && file.sha256 !== row.sha256
  })
  if (changed) return { current, expected, state: 'migration_changed' }
  if ((rows.at(-1)?.number ?? 0) > expected) return { current, expected, state: 'schema_ahead' }
  const whole = rows.filter(row => row.finishedAt !== null).length
  return { current, expected, state: whole < files.length ? 'schema_behind' : 'current' }
}

/** Compares the database with the files of this release. Throws nothing: the caller decides. */
export async function schemaState(reader: Reader): Promise<SchemaState> {
  return compare(await migrationFiles(reader.dialect), await appliedRows(reader))
}

/** Throws `schema_behind`, `schema_ahead` or `migration_changed` unless the database fits this release. */
export async function assertSchemaCurrent(reader: Reader): Promise<void> {
  const found = await schemaState(reader)
  if (found.state === 'current') return
  throw new SchemaError(
    found.state,
    `the database is at ${found.current}, this release at ${found.expected}`,
  )
}

/** Applies what is missing, forward only. One runner at a time; answers the names it applied. Throws `SchemaError`. */
export async function migrate(
  store: Store,
  options: { readonly app?: string } = {},
): Promise<{ readonly applied: readonly string[] }> {
  const files = await migrationFiles(store.dialect)
  const before = compare(files, await store.read(appliedRows))
  if (before.state === 'current') return { applied: [] }
  if (before.state !== 'schema_behind') {
    throw new SchemaError(
      before.state,
      `the database is at ${before.current}, this release at ${before.expected}`,
    )
  }
  const app = options.app ?? ''
  return store.dialect === 'sqlite'
    ? migrateSqlite(store, files, app)
    : migrateMariadb(store, files, app)
}

async function migrateSqlite(
  store: Store,
  files: readonly MigrationFile[],
  app: string,
): Promise<{ readonly applied: readonly string[] }> {
  const names: string[] = []
  for (const file of files) {
    const isNew = await store.write(async writer => {
      // Read again under the write lock: another process may have been faster.
      const rows = await appliedRows(writer)
      if (rows.some(row => row.number === file.number)) return false
      const at = await writer.now()
      for (const statement of sqliteStatements(file.text)) await writer.run(raw(statement))
      await writer.run(sql`
        INSERT INTO migration (${applied.select()})
        VALUES (${file.number}, ${file.name}, ${file.sha256}, 0, ${at}, ${at}, ${app})`)
      return true
    })
    if (isNew) names.push(file.name)
  }
  return { applied: names }
}

/** One statement a piece; a trigger holds semicolons of its own and ends with END. */
function sqliteStatements(content: string): readonly string[] {
  const statements: string[] = []
  let current = ''
  for (const line of content.split('\n')) {
    if (line.startsWith('--')) continue
    current += `${line}\n`
    const isTrigger = /^\s*CREATE TRIGGER/i.test(current)
    if (isTrigger ? line.trim() === 'END;' : line.trimEnd().endsWith(';')) {
      statements.push(current.trim())
      current = ''
    }
  }
  return statements
}

async function migrateMariadb(
  store: Store,
  files: readonly MigrationFile[],
  app: string,
): Promise<{ readonly applied: readonly string[] }> {
  // One transaction holds the lock of the runner on its connection; each DDL commits on the way, the lock stays.
  return store.write(async writer => {
    const lock = await writer.first(
      sql`SELECT GET_LOCK(CONCAT('bp_migrate ', DATABASE()), 60) AS got`,
    )
    if (Number(lock?.['got']) !== 1) throw new Error('another migration is running')
    try {
      const names: string[] = []
      for (const file of files) {
        const rows = await appliedRows(writer)
        const known = rows.find(row => row.number === file.number)
        if (known?.finishedAt !== null && known !== undefined) continue
        const statements = statementsOf(file.text)
        let recorded = known !== undefined
        for (const [at, statement] of statements.entries()) {
          if (at < (known?.statementsDone ?? 0)) continue
          await writer.run(raw(statement))
          // The table that records is made by the first file itself.
          recorded ||= await note(writer, file, app)
          if (recorded) {
            await writer.run(
              sql`UPDATE migration SET statements_done = ${at + 1} WHERE number = ${file.number}`,
            )
            await writer.run(raw('COMMIT'))
          }
        }
        await writer.run(
          sql`UPDATE migration SET finished_at = ${writer.nowMs} WHERE number = ${file.number}`,
        )
        await writer.run(raw('COMMIT'))
        names.push(file.name)
      }
      return { applied: names }
    } finally {
      await writer.run(sql`DO RELEASE_LOCK(CONCAT('bp_migrate ', DATABASE()))`)
    }
  })
}

async function note(
  writer: Parameters<Parameters<Store['write']>[0]>[0],
  file: MigrationFile,
  app: string,
): Promise<boolean> {
  const exists = await writer.first(
    sql`SELECT 1 AS found FROM information_schema.tables WHERE table_schema = DATABASE() AND table_name = 'migration'`,
  )
  if (exists === undefined) return false
  await writer.run(sql`
    INSERT INTO migration (${applied.select()})
    VALUES (${file.number}, ${file.name}, ${file.sha256}, 0, ${writer.nowMs}, NULL, ${app})`)
  return true
}
