import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { startMariadbd, type MariadbServer } from '@bp/testkit/mariadbd'
import { openStore, type MariadbTls } from '../open-store.ts'
import { sql } from '../sql.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
const password = 'of this test'

describe('a database over TLS', () => {
  const folder = mkdtempSync(join(tmpdir(), 'bp-tls-'))
  let server: MariadbServer | undefined
  let port = 0
  beforeEach(context => {
    if (!hasOpenssl) context.skip('needs openssl')
  })
  beforeAll(async () => {
    if (!hasOpenssl) return
    // The server may be another user than this one.
    chmodSync(folder, 0o755)
    makeCertificates(folder)
    port = await freePort()
    server = await startMariadbd({
      network: {
        port,
        certificateFile: join(folder, 'server.crt'),
        keyFile: join(folder, 'server.key'),
      },
      initSql: ['localhost', '127.0.0.1']
        .map(
          host =>
            `CREATE USER bp@'${host}' IDENTIFIED BY '${password}';\nGRANT SELECT ON *.* TO bp@'${host}';\n`,
        )
        .join(''),
    })
  })
  afterAll(() => {
    server?.stop()
    rmSync(folder, { recursive: true, force: true })
  })

  const ca = (): string => readFileSync(join(folder, 'ca.crt'), 'utf8')
  /** The cipher that a session has; throws when there is none to be had. */
  const cipherAt = async (host: string, tls: MariadbTls | undefined): Promise<unknown> => {
    await using store = await openStore({
      dialect: 'mariadb',
      host,
      port,
      user: 'bp',
      password,
      database: 'mysql',
      connections: 1,
      ...(tls === undefined ? {} : { tls }),
    })
    const row = await store.read(reader => reader.first(sql`SHOW STATUS LIKE 'Ssl_cipher'`))
    return row?.['Value']
  }

  it('speaks with a server that the given authority vouches for, by name and by address', async () => {
    for (const host of ['localhost', '127.0.0.1'])
      expect(String(await cipherAt(host, { ca: ca() }))).toMatch(/^[A-Z0-9_-]{5,}$/)
  })

  it('speaks with nobody else: whom a stranger vouches for, whom this system does not know, who has another name', async () => {
    const stranger = readFileSync(join(folder, 'stranger.crt'), 'utf8')
    // The pool goes on trying for its ten seconds; all of them at once.
    const refusals = await Promise.all(
      [
        cipherAt('localhost', { ca: stranger }),
        cipherAt('localhost', {}),
        // The same address in another spelling: its certificate knows nothing of it.
        cipherAt('127.1', { ca: ca() }),
        cipherAt('localhost', undefined),
      ].map(reasonOf),
    )
    expect(refusals).toEqual([
      expect.stringMatching(/certificate/),
      expect.stringMatching(/certificate/),
      expect.stringMatching(/does not match certificate's altnames/),
      expect.stringMatching(/secure transport|Access denied/i),
    ])
  })
})

/** Why it came to nothing: of a pool that gave up, the reason of its last try. */
const reasonOf = (asked: Promise<unknown>): Promise<string> =>
  asked.then(
    () => 'it went well',
    (thrown: unknown) => {
      const { cause } = thrown instanceof Error ? thrown : { cause: undefined }
      return cause instanceof Error ? cause.message : String(thrown)
    },
  )

/** An authority, a server that it vouches for, and somebody else who would like to be an authority. */
function makeCertificates(folder: string): void {
  const at = (file: string): string => join(folder, file)
  const openssl = (...words: readonly string[]): void => {
    const ended = spawnSync('openssl', words, { encoding: 'utf8' })
    if (ended.status !== 0) throw new Error(`openssl ${words.join(' ')}: ${ended.stderr}`)
  }
  const key = ['-newkey', 'rsa:2048', '-noenc']
  for (const name of ['ca', 'stranger'])
    openssl(
      'req',
      '-x509',
      ...key,
      '-subj',
      `/CN=${name}`,
      '-days',
      '2',
      '-keyout',
      at(`${name}.key`),
      '-out',
      at(`${name}.crt`),
    )
  openssl(
    'req',
    ...key,
    '-subj',
    '/CN=localhost',
    '-keyout',
    at('server.key'),
    '-out',
    at('server.csr'),
  )
  writeFileSync(at('names'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  openssl(
    'x509',
    '-req',
    '-in',
    at('server.csr'),
    '-CA',
    at('ca.crt'),
    '-CAkey',
    at('ca.key'),
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    at('names'),
    '-out',
    at('server.crt'),
  )
  chmodSync(at('server.key'), 0o644)
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  if (address === null || typeof address === 'string') throw new Error('a port was expected')
  return address.port
}
