/**
 * SQLite through node:sqlite: one connection that writes, guarded by one mutex, and one that reads.
 * Nothing else imports node:sqlite. A commit stops the event loop for about 0.2 ms, so reads are bounded elsewhere.
 */
import { DatabaseSync } from 'node:sqlite'
import type { StatementSync } from 'node:sqlite'
import { StoreError } from '../failure.ts'
import { createIdSource } from '../ids.ts'
import { Mutex } from '../mutex.ts'
import type { SqliteConfig } from '../open-store.ts'
import { sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { Reader, Row, Store, Writer } from '../store.ts'

/** Prepared statements kept per connection; beyond it the oldest is dropped. */
const statementsMax = 500

class Connection {
  readonly #database: DatabaseSync
  readonly #statements = new Map<string, StatementSync>()

  constructor(file: string, options: { readonly readOnly: boolean }) {
    this.#database = new DatabaseSync(file, {
      readOnly: options.readOnly,
      timeout: 5_000,
      enableForeignKeyConstraints: true,
    })
    if (options.readOnly) return
    // FULL survives power loss; NORMAL would only survive a killed process.
    // A checkpoint stalls the commit that meets it. Each 1,000 pages (the default) it met 1 commit in 20 at 100 jobs/s
    // and took up to 50 ms; each 8,000 pages (32 MB of log) p99 of submit → lease went from 59 to 11 ms (bench/queue).
    this.#database.exec(
      'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; PRAGMA wal_autocheckpoint = 8000;',
    )
  }

  exec(script: string): void {
    this.#database.exec(script)
  }

  prepare(text: string): StatementSync {
    const cached = this.#statements.get(text)
    if (cached !== undefined) return cached
    const statement = this.#database.prepare(text)
    statement.setReadBigInts(true)
    if (this.#statements.size >= statementsMax) {
      for (const oldest of this.#statements.keys()) {
        this.#statements.delete(oldest)
        break
      }
    }
    this.#statements.set(text, statement)
    return statement
  }

  close(): void {
    this.#statements.clear()
    this.#database.close()
  }
}

function rows(connection: Connection, statement: Sql): readonly Row[] {
  return connection.prepare(statement.text).all(...statement.params)
}

function change(connection: Connection, statement: Sql): number {
  return Number(connection.prepare(statement.text).run(...statement.params).changes)
}

/** The face of a connection. It is async because MariaDB is; here everything has happened when the promise is made. */
function readerOf(connection: Connection, clock: () => number): Reader {
  return {
    dialect: 'sqlite',
    get nowMs() {
      return sql`${clock()}`
    },
    now: async () => clock(),
    all: async statement => rows(connection, statement),
    first: async statement => rows(connection, statement)[0],
    allOf: async statements => statements.map(statement => rows(connection, statement)),
  }
}

/** Opens the file (made if absent, its folder is not). */
export function openSqlite(config: SqliteConfig): Store {
  const clock = config.now ?? Date.now
  const writing = new Connection(config.file, { readOnly: false })
  const reading = new Connection(config.file, { readOnly: true })
  const ids = createIdSource({ slot: 0, nowMs: clock })
  const mutex = new Mutex()
  const reader = readerOf(reading, clock)
  let isClosed = false

  const assertOpen = (): void => {
    if (isClosed) throw new StoreError('closed', 'the store is closed')
  }
  const writer: Writer = Object.defineProperties(
    {
      ...readerOf(writing, clock),
      ids,
      run: async (statement: Sql) => change(writing, statement),
      many: async (statements: readonly Sql[]) =>
        statements.map(statement => change(writing, statement)),
    },
    { nowMs: { get: () => sql`${clock()}`, enumerable: true } },
  )

  return {
    dialect: 'sqlite',
    ids,
    read: async fn => {
      assertOpen()
      return fn(reader)
    },
    write: async fn =>
      mutex.run(async () => {
        assertOpen()
        // IMMEDIATE: a deferred BEGIN that reads and then writes fails with SQLITE_BUSY_SNAPSHOT, which no timeout heals.
        writing.exec('BEGIN IMMEDIATE')
        try {
          const answer = await fn(writer)
          writing.exec('COMMIT')
          return answer
        } catch (error) {
          rollback(writing)
          throw error
        }
      }),
    claimSlot: async () => 0,
    close: async () =>
      mutex.run(async () => {
        if (isClosed) return
        isClosed = true
        reading.close()
        writing.close()
      }),
    async [Symbol.asyncDispose]() {
      await this.close()
    },
  }
}

function rollback(connection: Connection): void {
  try {
    connection.exec('ROLLBACK')
  } catch {
    // Some failures (disk full) have rolled back by themselves; then there is no transaction left to end.
  }
}
