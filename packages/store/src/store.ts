import type { IdSource } from './ids.ts'
import type { Sql } from './sql.ts'

export type DialectName = 'sqlite' | 'mariadb'

/** A row as a driver hands it over. Only row codecs (`row.ts`) look into it. */
export type Row = Readonly<Record<string, unknown>>

/** Reads. Inside a transaction it sees what that transaction wrote. */
export interface Reader {
  readonly dialect: DialectName
  /** The database's clock as a piece of SQL, Unix milliseconds. Only this clock stamps and judges leases. */
  readonly nowMs: Sql
  /** The database's clock, read now. Unix milliseconds. */
  now(): Promise<number>
  all(statement: Sql): Promise<readonly Row[]>
  /** The first row, for statements that find at most one. */
  first(statement: Sql): Promise<Row | undefined>
  /** Several reads in one flight. Answers in the order of the statements. */
  allOf(statements: readonly Sql[]): Promise<readonly (readonly Row[])[]>
}

/** Writes. It exists only inside `store.write(fn)`, so a write outside of a transaction does not compile. */
export interface Writer extends Reader {
  readonly ids: IdSource
  /** Runs a write; answers the rows it found (MariaDB) or changed (SQLite). */
  run(statement: Sql): Promise<number>
  /** Several writes in one flight; all results are read before this answers, the first failure is thrown. */
  many(statements: readonly Sql[]): Promise<readonly number[]>
}

export interface Store extends AsyncDisposable {
  readonly dialect: DialectName
  readonly ids: IdSource
  /** Runs reads outside of any transaction; each statement sees what is committed when it starts. */
  read<T>(fn: (reader: Reader) => Promise<T>): Promise<T>
  /**
   * Runs `fn` as one transaction: BEGIN IMMEDIATE on SQLite, READ COMMITTED on MariaDB.
   * A deadlock, a lock wait that was too long or a lost connection runs the whole of `fn` again, three times at
   * most, so `fn` must have no effect outside of the writer; ids that must survive a repeat are made before.
   * Every error rolls back.
   */
  write<T>(fn: (writer: Writer) => Promise<T>): Promise<T>
  /**
   * Takes this process's slot for making ids (MariaDB; SQLite has one process and slot 0).
   * To be called once after the migrations, before the first write that makes an id.
   */
  claimSlot(): Promise<number>
  close(): Promise<void>
}
