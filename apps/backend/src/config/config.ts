/** What a backend needs to know, read from the environment's words. All faults are told at once. */
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { version } from '../version.ts'

export type DatabaseConfig =
  | { readonly dialect: 'sqlite'; readonly file: string }
  | {
      readonly dialect: 'mariadb'
      readonly host: string
      readonly port: number
      readonly socketPath?: string
      readonly user: string
      readonly password: string
      readonly database: string
    }

export interface BackendConfig {
  /** Database, objects, logs and secrets of this instance lie below it. */
  readonly dataFolder: string
  readonly database: DatabaseConfig
  readonly host: string
  /** Where `bin/backend.ts` listens. Embedded, it is the front door's port. */
  readonly port: number
  /** How people reach bp: the origin that pages come from. Sign-in links and the Origin check rest on it. */
  readonly publicUrl: string
  /** Further host names (with port) that are served, for proxies. */
  readonly hosts: readonly string[]
  readonly filesPort: number
  readonly filesUrl: string | undefined
  /** Folder of built-in effects; undefined seeds nothing. */
  readonly effectsFolder: string | undefined
  /** The local fleet; undefined when this process starts no workers. */
  readonly localFleet: LocalFleetConfig | undefined
  /** Programs on the owner's own machine may work without a key. */
  readonly localAnonymous: boolean
  readonly logLevel: LogLevel
  readonly logFile: string | undefined
  /** Rate limits are multiplied by it; 0 switches them off (benchmarks). */
  readonly rateFactor: number
  readonly version: string
  readonly commit: string
}

export interface LocalFleetConfig {
  /** The program of one worker, started with this very node. */
  readonly workerEntry: string
  readonly workersMax: number
  readonly idleMs: number
  /** Where workers find their engine. */
  readonly engineUrl: string
  /** The engine's base directory where both share a disk; lets workers clean up after a job. */
  readonly engineFolder: string | undefined
  /** All that a worker's process inherits: a worker runs code of strangers and needs none of our secrets. */
  readonly env: Readonly<Record<string, string>>
}

const inherited = ['PATH', 'HOME', 'LANG', 'LC_ALL', 'TZ', 'TMPDIR', 'USER', 'SHELL']

const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof logLevels)[number]

/** Every setting of the environment, with what it means: `--help` prints this. */
export const settings = {
  BP_DATA: 'Folder of this instance: database, files, logs, secrets. Default .bp',
  BP_DATABASE_URL:
    'mariadb://user:password@host:port/name, or absent for SQLite in the data folder',
  BP_DATABASE_SOCKET: 'Unix socket of the MariaDB server, instead of host and port',
  BP_HOST: 'Address to listen on. Default 127.0.0.1',
  BP_PORT: 'Port to listen on. Default 4000',
  BP_PUBLIC_URL: 'How people reach bp. Default http://<host>:<port>',
  BP_HOSTS: 'Further host names with port that are served, separated by commas',
  BP_FILES_PORT: 'Port of the files origin. Default: BP_PORT + 1',
  BP_FILES_URL: 'How people reach the files origin. Default http://<host>:<files port>',
  BP_EFFECTS: 'Folder of built-in effects to seed',
  BP_WORKER_ENTRY: 'Program of a local worker; absent: this process starts no workers',
  BP_WORKERS_MAX: 'Most local workers at once. Default min(4, half of the cores), at least 1',
  BP_WORKER_IDLE_S: 'Seconds without work after which a local worker is ended. Default 60',
  BP_LOCAL_ANONYMOUS: '0: programs on this machine need a key as well. Default 1',
  BP_LOG_LEVEL: `One of ${logLevels.join(', ')}. Default info`,
  BP_RATE_FACTOR: 'Multiplies the rate limits; 0 switches them off. Default 1',
  BP_FLEET_SECRET: 'Secret for workers that are started by hand; absent: none are admitted',
  BP_CONTROL_SECRET: 'Secret of the operator of this machine; absent: a new one at each start',
  BP_COMMIT: 'Commit that is running, for /api/version',
  BP_LOG_FILE: 'File that logs are appended to, instead of standard output',
  COMFYUI_URL: 'Where local workers find their engine',
  COMFYUI_FOLDER: "The engine's base directory, when it lies on this machine",
} as const
type SettingName = keyof typeof settings

/** Thrown with every fault of the environment, one sentence each. */
export class ConfigFault extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(`The configuration is not valid:\n${faults.map(fault => `  ${fault}`).join('\n')}`)
    this.name = 'ConfigFault'
    this.faults = faults
  }
}

type Env = Readonly<Record<string, string | undefined>>

/** Reads the configuration. Throws `ConfigFault` with all faults at once. */
export function readConfig(env: Env): BackendConfig {
  const faults: string[] = []
  const text = (name: SettingName): string | undefined => {
    const value = env[name]
    return value === undefined || value === '' ? undefined : value
  }
  const number = (name: SettingName, fallback: number, min: number, max: number): number => {
    const given = text(name)
    if (given === undefined) return fallback
    const value = Number(given)
    if (Number.isFinite(value) && value >= min && value <= max) return value
    faults.push(`${name} is "${given}"; a number from ${min} to ${max} is allowed.`)
    return fallback
  }
  const origin = (name: SettingName): string | undefined => {
    const given = text(name)
    if (given === undefined) return undefined
    const url = URL.parse(given)
    if (url !== null && /^https?:$/.test(url.protocol) && url.pathname === '/' && url.search === '')
      return url.origin
    faults.push(`${name} is "${given}"; an origin such as http://127.0.0.1:4000 is wanted.`)
    return undefined
  }

  const dataFolder = resolve(text('BP_DATA') ?? '.bp')
  const host = text('BP_HOST') ?? '127.0.0.1'
  const port = number('BP_PORT', 4000, 0, 65_535)
  const level = text('BP_LOG_LEVEL') ?? 'info'
  const logLevel = logLevels.find(word => word === level)
  if (logLevel === undefined)
    faults.push(`BP_LOG_LEVEL is "${level}"; allowed: ${logLevels.join(', ')}.`)

  const entry = text('BP_WORKER_ENTRY')
  const effects = text('BP_EFFECTS')
  const config: BackendConfig = {
    dataFolder,
    database: readDatabase(text('BP_DATABASE_URL'), text('BP_DATABASE_SOCKET'), dataFolder, faults),
    host,
    port,
    publicUrl: origin('BP_PUBLIC_URL') ?? `http://${host}:${port}`,
    hosts: (text('BP_HOSTS') ?? '').split(',').filter(name => name !== ''),
    filesPort: number('BP_FILES_PORT', port === 0 ? 0 : port + 1, 0, 65_535),
    filesUrl: origin('BP_FILES_URL'),
    effectsFolder: effects === undefined ? undefined : resolve(effects),
    localFleet:
      entry === undefined
        ? undefined
        : {
            workerEntry: resolve(entry),
            workersMax: Math.floor(number('BP_WORKERS_MAX', defaultWorkersMax(), 1, 64)),
            idleMs: 1000 * number('BP_WORKER_IDLE_S', 60, 0, 86_400),
            engineUrl: origin('COMFYUI_URL') ?? 'http://127.0.0.1:8188',
            engineFolder: text('COMFYUI_FOLDER'),
            env: Object.fromEntries(
              inherited.flatMap(name => {
                const value = env[name]
                return value === undefined ? [] : [[name, value]]
              }),
            ),
          },
    localAnonymous: text('BP_LOCAL_ANONYMOUS') !== '0',
    logLevel: logLevel ?? 'info',
    logFile: text('BP_LOG_FILE'),
    rateFactor: number('BP_RATE_FACTOR', 1, 0, 10_000),
    version,
    commit: text('BP_COMMIT') ?? 'unknown',
  }
  if (faults.length > 0) throw new ConfigFault(faults)
  return config
}

/** Half of the cores, 4 at most, 1 at least: workers and engine share the machine with everything else. */
const defaultWorkersMax = (): number =>
  Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)))

function readDatabase(
  address: string | undefined,
  socketPath: string | undefined,
  dataFolder: string,
  faults: string[],
): DatabaseConfig {
  const sqlite = { dialect: 'sqlite', file: join(dataFolder, 'bp.sqlite') } as const
  if (address === undefined) return sqlite
  const url = URL.parse(address)
  if (url === null || url.protocol !== 'mariadb:' || url.pathname.length < 2) {
    // The address itself is not repeated: it holds a password.
    faults.push('BP_DATABASE_URL is not of the form mariadb://user:password@host:port/name.')
    return sqlite
  }
  return {
    dialect: 'mariadb',
    host: url.hostname === '' ? '127.0.0.1' : url.hostname,
    port: url.port === '' ? 3306 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
    ...(socketPath === undefined ? {} : { socketPath }),
  }
}
