import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { migrate } from '@bp/store/migrate'
import { openStore } from '@bp/store/open-store'
import type { StoreConfig } from '@bp/store/open-store'
import { raw } from '@bp/store/sql'
import type { Store } from '@bp/store/store'
import { testDatabase } from './config/env.ts'
import { startMariadbd } from './mariadbd.ts'
import type { MariadbServer } from './mariadbd.ts'

/** A fresh, migrated database of the dialect that `BP_TEST_DIALECT` names, with a clock that tests move. */
export interface TestStore extends AsyncDisposable {
  readonly store: Store
  readonly config: StoreConfig
  /** Moves the database's clock (and that of new ids) on. Nothing waits. */
  advance(ms: number): void
  /** Another process's store on the same database. On SQLite, where one process has one writer, the same store. */
  another(): Promise<Store>
}

/**
 * One server for all test files of a process: it is started by the first that needs it, dies with the process, and holds a
 * database a file, so files do not see each other.
 */
let server: Promise<MariadbServer> | undefined

/** Opens a store of its own for a test file: a file in a temporary folder, or a database of a private MariaDB server. */
export async function openTestStore(
  options: { readonly dialect?: 'sqlite' | 'mariadb'; readonly isEmpty?: boolean } = {},
): Promise<TestStore> {
  let shiftMs = 0
  const dialect = options.dialect ?? testDatabase().dialect
  const { config, remove } =
    dialect === 'sqlite'
      ? await sqliteFile(() => Date.now() + shiftMs)
      : await mariadbDatabase(() => shiftMs)
  const opened: Store[] = []
  const open = async (): Promise<Store> => {
    const store = await openStore(config)
    opened.push(store)
    return store
  }
  const store = await open()
  if (options.isEmpty !== true) {
    await migrate(store)
    await store.claimSlot()
  }
  return {
    store,
    config,
    advance: ms => {
      shiftMs += ms
    },
    another: async () => {
      if (config.dialect === 'sqlite') return store
      const other = await open()
      await other.claimSlot()
      return other
    },
    [Symbol.asyncDispose]: async () => {
      for (const one of opened) await one.close()
      await remove()
    },
  }
}

interface Place {
  readonly config: StoreConfig
  readonly remove: () => Promise<void>
}

async function sqliteFile(now: () => number): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'bp-store-'))
  return {
    config: { dialect: 'sqlite', file: join(folder, 'bp.sqlite'), now },
    remove: async () => rm(folder, { recursive: true, force: true }),
  }
}

async function mariadbDatabase(shiftMs: () => number): Promise<Place> {
  server ??= startMariadbd()
  const { socketPath } = await server
  const database = `bp_${randomBytes(6).toString('hex')}`
  const login = { dialect: 'mariadb', socketPath, user: 'root', password: '' } as const
  const administer = async (statement: string): Promise<void> => {
    await using admin = await openStore({ ...login, database: 'mysql', connections: 1 })
    await admin.write(async writer => writer.run(raw(statement)))
  }
  await administer(`CREATE DATABASE ${database} CHARACTER SET utf8mb4 COLLATE utf8mb4_bin`)
  return {
    config: { ...login, database, connections: 8, shiftMs },
    remove: async () => administer(`DROP DATABASE ${database}`),
  }
}
