import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { freePort } from '../free-port.ts'
import type { Kept, Programs } from '../programs.ts'
import { until } from '../until.ts'
import type { Certificates } from './certificates.ts'

export interface RedisServer {
  readonly port: number
  readonly process: Kept
}

export interface RedisOptions {
  readonly folder: string
  readonly certificates: Certificates
  readonly token: string
  readonly env: Readonly<Record<string, string>>
  readonly signal: AbortSignal
}

/** Starts a real server where ElastiCache would be: TLS only, with the token of the installation. */
export async function startRedis(programs: Programs, options: RedisOptions): Promise<RedisServer> {
  const { folder, certificates, token, env, signal } = options
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const port = await freePort()
  const file = join(folder, 'redis.conf')
  const lines = [
    'bind 127.0.0.1',
    'port 0',
    `tls-port ${port}`,
    `tls-cert-file ${certificates.certificateFile}`,
    `tls-key-file ${certificates.keyFile}`,
    `tls-ca-cert-file ${certificates.authorityFile}`,
    'tls-auth-clients no',
    'save ""',
    `dir ${folder}`,
    `requirepass ${JSON.stringify(token)}`,
  ]
  await writeFile(file, `${lines.join('\n')}\n`, { mode: 0o600 })
  const process = programs.keep('redis', {
    program: 'redis-server',
    args: [file],
    env,
    cwd: folder,
  })
  const ca = await readFile(certificates.authorityFile)
  await until(
    'the cache to answer',
    async () => {
      if (process.hasEnded()) throw new Error(`redis-server has ended, see ${process.logFile}`)
      return (await speaksTls(port, ca)) ? true : undefined
    },
    { signal },
  )
  return { port, process }
}

function speaksTls(port: number, ca: Buffer): Promise<boolean> {
  return new Promise(resolve => {
    const socket = connect({ host: '127.0.0.1', port, ca, servername: 'localhost' }, () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}
