import { Buffer } from 'node:buffer'
import type { ClosedList } from '@bp/contracts/closed-list'
import { brandId } from '@bp/contracts/ids'
import { raw } from './sql.ts'
import type { Param, Sql } from './sql.ts'
import type { Row } from './store.ts'

/** How one column is read and written. Both directions check: a silently rounded number is worse than an error. */
export interface Column<T> {
  readonly read: (stored: unknown) => T
  readonly write: (value: T) => Param
}

const fault = (wanted: string, got: unknown): TypeError =>
  new TypeError(`a column holds ${typeof got} where ${wanted} belongs`)

const safe = (value: number): number => {
  if (!Number.isSafeInteger(value)) throw new RangeError(`${value} is no safe whole number`)
  return value
}

/** Whole numbers that are no ids: times, counters, sizes. Sums come from MariaDB as decimal text. */
export const int: Column<number> = {
  read: stored => {
    if (typeof stored === 'number') return safe(stored)
    if (typeof stored === 'bigint') return safe(Number(stored))
    if (typeof stored === 'string') return safe(Number(stored))
    throw fault('a whole number', stored)
  },
  write: safe,
}

export const flag: Column<boolean> = {
  read: stored => int.read(stored) !== 0,
  write: value => (value ? 1 : 0),
}

export const text: Column<string> = {
  read: stored => {
    if (typeof stored !== 'string') throw fault('text', stored)
    return stored
  },
  write: value => value,
}

export const bytes: Column<Buffer> = {
  read: stored => {
    if (!(stored instanceof Uint8Array)) throw fault('bytes', stored)
    return Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength)
  },
  write: value => value,
}

/** Hashes and secrets of a fixed length. MariaDB would silently fill a shorter one with zeros, SQLite refuses it: here both refuse. */
const fixedBytes = (length: number): Column<Buffer> => ({
  read: bytes.read,
  write: value => {
    if (value.byteLength !== length) {
      throw new RangeError(`a key of ${value.byteLength} bytes where ${length} belong`)
    }
    return value
  },
})
export const key16 = fixedBytes(16)
export const key32 = fixedBytes(32)

/** UTF-8 text kept as bytes, so that no database ever reads into it: documents, JSON that we wrote. */
export const doc: Column<string> = {
  read: stored => bytes.read(stored).toString('utf8'),
  write: value => Buffer.from(value, 'utf8'),
}

/** The 63-bit ids, branded by the noun that the column belongs to. */
export function id<Id extends bigint>(): Column<Id> {
  return {
    read: stored => {
      const value = typeof stored === 'number' ? BigInt(stored) : stored
      if (typeof value !== 'bigint') throw fault('an id', stored)
      return brandId<Id>(value)
    },
    write: value => value,
  }
}

/** Id 0: "none" in columns that cannot be empty. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says which noun the id belongs to
export const noId = <Id extends bigint>(): Id => brandId<Id>(0n)

/** A word of a closed list, stored as its number. */
export const word = <Word extends string>(words: ClosedList<Word>): Column<Word> => ({
  read: stored => words.wordOf(int.read(stored)),
  write: value => words.numberOf(value),
})

export const maybe = <T>(column: Column<T>): Column<T | null> => ({
  read: stored => (stored === null || stored === undefined ? null : column.read(stored)),
  write: value => (value === null ? null : column.write(value)),
})

interface AnyColumn {
  readonly read: (stored: unknown) => unknown
  readonly write: (value: never) => Param
}
type Values<Shape> = {
  readonly [Name in keyof Shape]: Shape[Name] extends Column<infer Value> ? Value : never
}

/** One table: its name, and how its rows are read and written. The only place that maps snake_case to camelCase. */
export interface Table<TableRow> {
  readonly name: string
  readonly columns: readonly string[]
  /** `job_id, epoch`, or with an alias `l.job_id AS l_job_id, …` for joins. */
  select(alias?: string): Sql
  read(row: Row, alias?: string): TableRow
  /** For outer joins: undefined when the joined row is not there (its first column is empty). */
  readMaybe(row: Row, alias: string): TableRow | undefined
  write(values: TableRow): readonly Param[]
}

/** The values of a row by their camelCase names. */
export type RowOf<T> = T extends Table<infer TableRow> ? TableRow : never

const snake = (name: string): string =>
  name.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

/** Declares a table's rows once, for reading and for writing. The first column is part of its primary key. */
export function table<const Shape extends Readonly<Record<string, AnyColumn>>>(
  name: string,
  shape: Shape,
): Table<Values<Shape>> {
  const entries = Object.entries(shape).map(([key, column]) => ({ key, name: snake(key), column }))
  const plain = raw(entries.map(entry => entry.name).join(', '))

  const read = (row: Row, alias?: string): Values<Shape> => {
    const values: Record<string, unknown> = {}
    for (const entry of entries) {
      const stored = row[alias === undefined ? entry.name : `${alias}_${entry.name}`]
      values[entry.key] = entry.column.read(stored)
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each key was read by its own column
    return values as Values<Shape>
  }
  return {
    name,
    columns: entries.map(entry => entry.name),
    select: alias =>
      alias === undefined
        ? plain
        : raw(entries.map(entry => `${alias}.${entry.name} AS ${alias}_${entry.name}`).join(', ')),
    read,
    readMaybe: (row, alias) => {
      const first = row[`${alias}_${entries[0]?.name ?? ''}`]
      return first === null || first === undefined ? undefined : read(row, alias)
    },
    write: values =>
      entries.map(entry => {
        const value: unknown = values[entry.key]
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the value has this column's type by `Values`
        return entry.column.write(value as never)
      }),
  }
}
