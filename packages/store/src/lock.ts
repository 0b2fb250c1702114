import { raw } from './sql.ts'
import type { Sql } from './sql.ts'
import type { Reader } from './store.ts'

const nothing = raw('')
const texts = {
  share: raw('LOCK IN SHARE MODE'),
  update: raw('FOR UPDATE'),
  skip: raw('FOR UPDATE SKIP LOCKED'),
}

/**
 * Row locks at the end of a SELECT. SQLite needs none: a writer holds the whole database.
 * The order in which tables are locked is one for the whole house: loop_lease → user_account → workflow → effect → fleet →
 * worker → lane → place row → job → job_cancel → asset → fleet_user → held rows (skip) → inserts and `stat`.
 */
export const lock = (reader: Reader, kind: keyof typeof texts): Sql =>
  reader.dialect === 'sqlite' ? nothing : texts[kind]

/** For locking reads by primary key: on small tables MariaDB would rather scan, and lock what it passes. */
export const byPrimaryKey = (reader: Reader): Sql =>
  reader.dialect === 'sqlite' ? nothing : raw('FORCE INDEX (PRIMARY)')

/** `FORCE INDEX (…)` for cursor lists: without it MariaDB walks from the newest row, linear in depth. */
export const forceIndex = (reader: Reader, index: string): Sql =>
  reader.dialect === 'sqlite' ? raw(`INDEXED BY ${index}`) : raw(`FORCE INDEX (${index})`)
