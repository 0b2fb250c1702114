import { hostForm, type EnvReader } from './env-reader.ts'

/** Where hints between backends travel. Its password is a secret and stands with them. */
export interface RedisConfig {
  readonly host: string
  readonly port: number
  readonly tls: boolean
}

/** Undefined without a host: one backend needs none, and several find out by themselves, a second later. */
export function readRedis(read: EnvReader): RedisConfig | undefined {
  const host = read.like('BP_REDIS_HOST', hostForm, 'a host name without a port')
  const port = Math.floor(read.number('BP_REDIS_PORT', 6379, 1, 65_535))
  const tls = read.flag('BP_REDIS_TLS', false)
  return host === undefined ? undefined : { host, port, tls }
}
