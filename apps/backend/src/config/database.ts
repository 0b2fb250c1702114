/** Which database: SQLite in the data folder, or MariaDB by one address or by its parts. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { hostForm, type EnvReader } from './env-reader.ts'
import type { SettingName } from './settings.ts'

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
      readonly tls?: DatabaseTls
    }

interface DatabaseTls {
  /** PEM of who may vouch for the server; absent: whom this system trusts. */
  readonly ca?: string
}

const parts = [
  'BP_DATABASE_HOST',
  'BP_DATABASE_PORT',
  'BP_DATABASE_NAME',
  'BP_DATABASE_USER',
  'BP_DATABASE_PASSWORD',
] as const satisfies readonly SettingName[]

export function readDatabase(read: EnvReader, dataFolder: string): DatabaseConfig {
  const sqlite = { dialect: 'sqlite', file: join(dataFolder, 'bp.sqlite') } as const
  const address = read.text('BP_DATABASE_URL')
  const given = parts.filter(name => read.text(name) !== undefined)
  if (address !== undefined && given.length > 0)
    read.faults.push(
      `BP_DATABASE_URL and ${given.join(', ')} are set; one way to say it is wanted.`,
    )
  const tls = readTls(read)
  if (address === undefined && given.length === 0) {
    if (tls !== undefined)
      read.faults.push('BP_DATABASE_TLS is set, but no database that is reached by network.')
    return sqlite
  }
  const server = address === undefined ? fromParts(read) : fromAddress(read, address)
  if (server === undefined) return sqlite
  const socketPath = read.text('BP_DATABASE_SOCKET')
  return {
    dialect: 'mariadb',
    ...server,
    ...(socketPath === undefined ? {} : { socketPath }),
    ...(tls === undefined ? {} : { tls }),
  }
}

interface Server {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: string
  readonly database: string
}

function fromAddress(read: EnvReader, address: string): Server | undefined {
  const url = URL.parse(address)
  if (url === null || url.protocol !== 'mariadb:' || url.pathname.length < 2) {
    // The address itself is not repeated: it holds a password.
    read.faults.push('BP_DATABASE_URL is not of the form mariadb://user:password@host:port/name.')
    return undefined
  }
  return {
    host: url.hostname === '' ? '127.0.0.1' : url.hostname,
    port: url.port === '' ? 3306 : Number(url.port),
    user: decodeURIComponent(url.username),
    password: decodeURIComponent(url.password),
    database: decodeURIComponent(url.pathname.slice(1)),
  }
}

function fromParts(read: EnvReader): Server {
  const needed = (name: (typeof parts)[number]): string => {
    const value = read.text(name)
    if (value === undefined)
      read.faults.push(`${name} is absent, but other parts of the database's address are set.`)
    return value ?? ''
  }
  const host = needed('BP_DATABASE_HOST')
  if (host !== '') read.like('BP_DATABASE_HOST', hostForm, 'a host name without a port')
  return {
    host,
    port: Math.floor(read.number('BP_DATABASE_PORT', 3306, 1, 65_535)),
    user: needed('BP_DATABASE_USER'),
    password: needed('BP_DATABASE_PASSWORD'),
    database:
      read.like('BP_DATABASE_NAME', /^\w{1,64}$/, 'a name of letters, digits and _') ?? 'bp',
  }
}

function readTls(read: EnvReader): DatabaseTls | undefined {
  const isOn = read.flag('BP_DATABASE_TLS', false)
  const file = read.text('BP_DATABASE_CA')
  if (file === undefined) return isOn ? {} : undefined
  if (!isOn) {
    read.faults.push(
      'BP_DATABASE_CA is set, but BP_DATABASE_TLS is not 1: nothing would be checked.',
    )
    return undefined
  }
  const ca = readText(file)
  if (ca?.includes('-----BEGIN CERTIFICATE-----') === true) return { ca }
  read.faults.push(`BP_DATABASE_CA is "${file}", which is no readable file of certificates.`)
  return undefined
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}
