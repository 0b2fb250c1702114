/** What a backend needs to know, read from the environment's words. All faults are told at once. */
import { availableParallelism } from 'node:os'
import { resolve } from 'node:path'
import { version } from '../version.ts'
import { readDatabase, type DatabaseConfig } from './database.ts'
import { createEnvReader, type EnvReader } from './env-reader.ts'
import { readMedia, readModelsBucket, type MediaConfig } from './media.ts'
import { readRedis, type RedisConfig } from './redis.ts'
import { secretFaults } from './secrets.ts'
import { logLevels, type Env } from './settings.ts'

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
  /** Files in S3; undefined where they rest in the data folder. */
  readonly media: MediaConfig | undefined
  readonly modelsBucket: string | undefined
  /** Hints between backends; undefined where each looks by itself. */
  readonly redis: RedisConfig | undefined
  /** Folder of built-in effects; undefined seeds nothing. */
  readonly effectsFolder: string | undefined
  /** The local fleet; undefined when this process starts no workers. */
  readonly localFleet: LocalFleetConfig | undefined
  /** Programs on the owner's own machine may work without a key. */
  readonly localAnonymous: boolean
  /** Where desired configs of fleets rest. */
  readonly pointers: 'database' | 'ssm'
  /** Who is told the fleets' numbers. */
  readonly metrics: 'none' | 'cloudwatch'
  /** Between two rounds of these numbers. */
  readonly metricsEveryMs: number
  /** Where the secrets of fleets rest. */
  readonly fleetSecrets: 'env' | 'ssm'
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

export type LogLevel = (typeof logLevels)[number]

/** Thrown with every fault of the environment, one sentence each. */
export class ConfigFault extends Error {
  readonly faults: readonly string[]
  constructor(faults: readonly string[]) {
    super(`The configuration is not valid:\n${faults.map(fault => `  ${fault}`).join('\n')}`)
    this.name = 'ConfigFault'
    this.faults = faults
  }
}

/** Reads the configuration. Throws `ConfigFault` with all faults at once, those of secrets among them. */
export function readConfig(env: Env): BackendConfig {
  const read = createEnvReader(env)
  const dataFolder = resolve(read.text('BP_DATA') ?? '.bp')
  const host = read.text('BP_HOST') ?? '127.0.0.1'
  const port = read.number('BP_PORT', 4000, 0, 65_535)
  const effects = read.text('BP_EFFECTS')
  const config: BackendConfig = {
    dataFolder,
    database: readDatabase(read, dataFolder),
    host,
    port,
    publicUrl: read.origin('BP_PUBLIC_URL') ?? `http://${host}:${port}`,
    hosts: (read.text('BP_HOSTS') ?? '').split(',').filter(name => name !== ''),
    filesPort: read.number('BP_FILES_PORT', port === 0 ? 0 : port + 1, 0, 65_535),
    filesUrl: read.origin('BP_FILES_URL'),
    media: readMedia(read),
    modelsBucket: readModelsBucket(read),
    redis: readRedis(read),
    effectsFolder: effects === undefined ? undefined : resolve(effects),
    localFleet: readLocalFleet(read, env),
    localAnonymous: read.flag('BP_LOCAL_ANONYMOUS', true),
    pointers: read.oneOf('BP_POINTERS', ['database', 'ssm'], 'database'),
    metrics: read.oneOf('BP_METRICS', ['none', 'cloudwatch'], 'none'),
    metricsEveryMs: 1000 * read.number('BP_METRICS_EVERY_S', 60, 0.2, 60),
    fleetSecrets: read.oneOf('BP_FLEET_SECRETS', ['env', 'ssm'], 'env'),
    logLevel: read.oneOf('BP_LOG_LEVEL', logLevels, 'info'),
    logFile: read.text('BP_LOG_FILE'),
    rateFactor: read.number('BP_RATE_FACTOR', 1, 0, 10_000),
    version,
    commit: read.text('BP_COMMIT') ?? 'unknown',
  }
  const faults = [...read.faults, ...secretFaults(env)]
  if (faults.length > 0) throw new ConfigFault(faults)
  return config
}

function readLocalFleet(read: EnvReader, env: Env): LocalFleetConfig | undefined {
  const entry = read.text('BP_WORKER_ENTRY')
  if (entry === undefined) return undefined
  return {
    workerEntry: resolve(entry),
    workersMax: Math.floor(read.number('BP_WORKERS_MAX', defaultWorkersMax(), 1, 64)),
    idleMs: 1000 * read.number('BP_WORKER_IDLE_S', 60, 0, 86_400),
    engineUrl: read.origin('COMFYUI_URL') ?? 'http://127.0.0.1:8188',
    engineFolder: read.text('COMFYUI_FOLDER'),
    env: Object.fromEntries(
      inherited.flatMap(name => {
        const value = env[name]
        return value === undefined ? [] : [[name, value]]
      }),
    ),
  }
}

/** Half of the cores, 4 at most, 1 at least: workers and engine share the machine with everything else. */
const defaultWorkersMax = (): number =>
  Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)))
