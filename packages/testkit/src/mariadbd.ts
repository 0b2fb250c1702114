import { spawn, spawnSync } from 'node:child_process'
import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { Socket, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { testDatabase } from './config/env.ts'

const startMsMax = 30_000
const lookEveryMs = 25

/** A private MariaDB server on a unix socket in a folder of its own. User root, no password. */
export interface MariadbServer {
  readonly socketPath: string
  /** Ends the server and removes its folder. */
  stop(): void
}

/** What a server is besides: reachable over TLS on a loopback port, with accounts of its own. */
export interface MariadbOptions {
  /** Where it listens besides its socket. Whoever comes that way must speak TLS. */
  readonly network?: {
    readonly port: number
    readonly certificateFile: string
    readonly keyFile: string
  }
  /** Statements that run before the first connection. They may hold a password: they stand in no list of processes. */
  readonly initSql?: string
}

/**
 * The server dies with this process, however that ends: a small shell holds it, reads our pipe, and ends it at the end of the
 * file. A handler on `exit` would not run after a SIGKILL. The folder goes last.
 */
const keeper =
  'folder=$1; server=$2; shift 2; "$server" "$@" & id=$!; cat > /dev/null; kill -9 $id 2> /dev/null; wait $id; rm -rf "$folder"'

/** Starts a server and waits until it accepts connections. Durability is off: tests kill it on purpose elsewhere. */
export async function startMariadbd({
  network,
  initSql,
}: MariadbOptions = {}): Promise<MariadbServer> {
  const { mariadbd, path } = testDatabase()
  const env = { PATH: path }
  const folder = await mkdtemp(join(tmpdir(), 'bp-mariadb-'))
  const data = join(folder, 'data')
  const socketPath = join(folder, 's.sock')
  const asRoot = process.getuid?.() === 0 ? ['--user=root'] : []
  const made = spawnSync(
    'mariadb-install-db',
    [
      '--no-defaults',
      `--datadir=${data}`,
      '--auth-root-authentication-method=normal',
      '--skip-test-db',
      ...asRoot,
    ],
    { env, encoding: 'utf8' },
  )
  if (made.status !== 0) throw new Error(`mariadb-install-db failed: ${made.stderr}`)

  const initFile = join(folder, 'init.sql')
  if (initSql !== undefined) await writeFile(initFile, initSql, { mode: 0o600 })

  const words = [
    '--no-defaults',
    `--datadir=${data}`,
    `--socket=${socketPath}`,
    `--pid-file=${join(folder, 'pid')}`,
    `--log-error=${join(folder, 'log.err')}`,
    ...(network === undefined
      ? ['--skip-networking']
      : [
          '--bind-address=127.0.0.1',
          `--port=${network.port}`,
          `--ssl-cert=${network.certificateFile}`,
          `--ssl-key=${network.keyFile}`,
          '--require-secure-transport=ON',
        ]),
    ...(initSql === undefined ? [] : [`--init-file=${initFile}`]),
    '--transaction-isolation=READ-COMMITTED',
    '--innodb-flush-log-at-trx-commit=0',
    '--innodb-buffer-pool-size=64M',
    '--innodb-print-all-deadlocks=ON',
    '--character-set-server=utf8mb4',
    '--collation-server=utf8mb4_bin',
    '--max-connections=200',
    ...asRoot,
  ]
  const child = spawn('sh', ['-c', keeper, 'sh', folder, mariadbd, ...words], {
    env,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  // Neither the keeper nor its pipe keeps this process alive.
  child.unref()
  if (child.stdin instanceof Socket) child.stdin.unref()
  const stop = (): void => {
    child.stdin.end()
  }
  const endAt = performance.now() + startMsMax
  while (!(await accepts(socketPath))) {
    if (performance.now() > endAt) {
      const log = await readFile(join(folder, 'log.err'), 'utf8').catch(() => '')
      stop()
      throw new Error(`mariadbd did not start within ${startMsMax} ms: ${log.slice(-2_000)}`)
    }
    await wait(lookEveryMs)
  }
  return { socketPath, stop }
}

async function accepts(socketPath: string): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const socket = connect(socketPath)
  socket.once('error', () => {
    resolve(false)
  })
  socket.once('data', () => {
    resolve(true)
  })
  const isUp = await promise
  socket.destroy()
  return isUp
}
