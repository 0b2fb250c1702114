import type { Store } from './store.ts'

/** One file on this machine. `now` is the process clock (Unix ms); tests inject their own. */
export interface SqliteConfig {
  readonly dialect: 'sqlite'
  readonly file: string
  readonly now?: () => number
}

export interface MariadbConfig {
  readonly dialect: 'mariadb'
  readonly socketPath?: string
  readonly host?: string
  readonly port?: number
  readonly user: string
  readonly password: string
  readonly database: string
  /** Speak TLS and check who the server is: a certificate for `host`, vouched for by `ca` or by whom this system trusts. */
  readonly tls?: MariadbTls
  /** Connections that write; as many again, at least 2, read. Default 6. */
  readonly connections?: number
  /** Tests move the database's clock by this many milliseconds. */
  readonly shiftMs?: () => number
}

export interface MariadbTls {
  /** PEM; several certificates may stand in it. */
  readonly ca?: string
}

export type StoreConfig = SqliteConfig | MariadbConfig

/** Opens the database without migrating it. The driver of MariaDB is imported only when it is asked for. */
export async function openStore(config: StoreConfig): Promise<Store> {
  if (config.dialect === 'sqlite') {
    const { openSqlite } = await import('./dialect/node-sqlite.ts')
    return openSqlite(config)
  }
  const { openMariadb } = await import('./dialect/mariadb.ts')
  return openMariadb(config)
}
