/**
 * MariaDB through its own connector: a pool that writes (autocommit off) and a pool that reads.
 *
 * COMMIT is never sent behind a statement whose result was not read: when a pipelined DELETE is chosen as deadlock victim the
 * server rolls back and then runs the INSERT and the COMMIT behind it, and a job stands in two places.
 */
import { isIP } from 'node:net'
import { checkServerIdentity, getCACertificates, type PeerCertificate } from 'node:tls'
import { createPool } from 'mariadb'
import type { Connection, Pool, PoolConfig } from 'mariadb'
import { isLostConnection, isRetryable, StoreError } from '../failure.ts'
import { createIdSource } from '../ids.ts'
import type { MariadbConfig, MariadbTls } from '../open-store.ts'
import { raw, sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { Reader, Row, Store, Writer } from '../store.ts'
import { NodeSlot } from './node-slot.ts'

/** Runs of one transaction before its failure is the caller's. */
const triesMax = 4
const retryMsMin = 5
const retryMsMax = 50

/** READ COMMITTED always: REPEATABLE READ on the queue's tables means hundreds of deadlocks a second. */
const session = [
  'SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED',
  "SET time_zone = '+00:00', innodb_lock_wait_timeout = 3, sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION,ERROR_FOR_DIVISION_BY_ZERO'",
]
const serverClock = 'CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)'

function isRow(value: unknown): value is Row {
  return typeof value === 'object' && value !== null
}

async function rows(on: Pool | Connection, statement: Sql): Promise<readonly Row[]> {
  const answer: unknown = await on.query(statement.text, [...statement.params])
  if (!Array.isArray(answer)) return []
  return answer.filter(isRow)
}

async function change(on: Connection, statement: Sql): Promise<number> {
  const answer: unknown = await on.query(statement.text, [...statement.params])
  if (Array.isArray(answer)) return answer.length
  if (!isRow(answer)) return 0
  return Number(answer['affectedRows'])
}

/** Waits for all of a flight, so that no result is unread when the transaction ends; then throws the first failure. */
async function flight<T>(sent: readonly Promise<T>[]): Promise<readonly T[]> {
  const settled = await Promise.allSettled(sent)
  return settled.map(one => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
}

function readerOf(on: Pool | Connection, nowMs: Sql): Reader {
  return {
    dialect: 'mariadb',
    nowMs,
    now: async () => {
      const [row] = await rows(on, sql`SELECT ${nowMs} AS now_ms`)
      return Number(row?.['now_ms'])
    },
    all: async statement => rows(on, statement),
    first: async statement => (await rows(on, statement))[0],
    allOf: async statements => flight(statements.map(async statement => rows(on, statement))),
  }
}

/**
 * Who may vouch is always said: without a `ca` the connector lets any certificate pass on servers since 11.4 and relies on a
 * proof of the password instead. So is the name that the certificate is held against, before a password goes out: left to
 * itself, Node compares with "localhost" where the host is an address.
 */
function tlsOf({ ca }: MariadbTls, host = '127.0.0.1') {
  return {
    ca: ca === undefined ? getCACertificates() : [ca],
    minVersion: 'TLSv1.2',
    checkServerIdentity: (_name: string, certificate: PeerCertificate) =>
      checkServerIdentity(host, certificate),
    ...(isIP(host) === 0 ? { servername: host } : {}),
  } as const
}

const pause = async (ms: number): Promise<void> => {
  await new Promise<void>(resolve => {
    setTimeout(resolve, ms)
  })
}

/** Opens the pools. Nothing is connected before the first statement. */
export function openMariadb(config: MariadbConfig): Store {
  const connections = config.connections ?? 6
  const shared: PoolConfig = {
    ...(config.socketPath === undefined
      ? { host: config.host ?? '127.0.0.1', port: config.port ?? 3306 }
      : { socketPath: config.socketPath }),
    user: config.user,
    password: config.password,
    database: config.database,
    ...(config.tls === undefined ? {} : { ssl: tlsOf(config.tls, config.host) }),
    // Found rows, not changed ones: a beat that changes nothing must still count.
    foundRows: true,
    charset: 'utf8mb4',
    collation: 'utf8mb4_bin',
    timezone: 'Z',
    // Every path below ends its transaction itself, or destroys the connection.
    noControlAfterUse: true,
    acquireTimeout: 10_000,
    connectTimeout: 5_000,
    minimumIdle: 0,
    idleTimeout: 600,
  }
  const writing = createPool({
    ...shared,
    connectionLimit: connections,
    // Safe updates: on small tables MariaDB prefers to scan, and a scanning DELETE locks what it passes. In this mode UPDATE and
    // DELETE go by a key or fail (1175).
    initSql: [...session, 'SET autocommit = 0, sql_safe_updates = 1'],
  })
  const reading = createPool({
    ...shared,
    connectionLimit: Math.max(2, connections),
    initSql: [...session, 'SET SESSION TRANSACTION READ ONLY'],
  })
  const nowMs = (): Sql =>
    config.shiftMs === undefined
      ? raw(serverClock)
      : sql`(${raw(serverClock)} + ${config.shiftMs()})`

  const slot = new NodeSlot(async fn => write(fn))
  const ids = createIdSource({
    slot: () => slot.current(),
    nowMs: () => Date.now() + (config.shiftMs?.() ?? 0),
  })

  async function once<T>(fn: (writer: Writer) => Promise<T>): Promise<T> {
    const connection = await writing.getConnection()
    let isBroken = false
    try {
      const writer: Writer = {
        ...readerOf(connection, nowMs()),
        ids,
        run: async statement => change(connection, statement),
        many: async statements =>
          flight(statements.map(async statement => change(connection, statement))),
      }
      const answer = await fn(writer)
      await connection.query('COMMIT')
      return answer
    } catch (error) {
      // A lock timeout undoes only its statement, so a COMMIT now would keep half of the work.
      if (isLostConnection(error)) isBroken = true
      else isBroken = !(await rollback(connection))
      throw error
    } finally {
      if (isBroken) connection.destroy()
      else await connection.release()
    }
  }

  async function write<T>(fn: (writer: Writer) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await once(fn)
      } catch (error) {
        if (attempt >= triesMax || !isRetryable(error)) throw error
        await pause(retryMsMin + Math.random() * (retryMsMax - retryMsMin))
      }
    }
  }

  let isClosed = false
  const assertOpen = (): void => {
    if (isClosed) throw new StoreError('closed', 'the store is closed')
  }
  return {
    dialect: 'mariadb',
    ids,
    read: async fn => {
      assertOpen()
      return fn(readerOf(reading, nowMs()))
    },
    write: async fn => {
      assertOpen()
      return write(fn)
    },
    claimSlot: async () => slot.claim(),
    close: async () => {
      if (isClosed) return
      await slot.release()
      isClosed = true
      await Promise.all([writing.end(), reading.end()])
    },
    async [Symbol.asyncDispose]() {
      await this.close()
    },
  }
}

/** False when even that failed: the connection is not to be used again. */
async function rollback(connection: Connection): Promise<boolean> {
  try {
    await connection.query('ROLLBACK')
    return true
  } catch {
    return false
  }
}
