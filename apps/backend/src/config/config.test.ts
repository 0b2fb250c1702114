import { mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigFault, readConfig } from './config.ts'
import { deriveKey, loadSecrets } from './secrets.ts'

describe('readConfig', () => {
  it('needs nothing', () => {
    expect(readConfig({})).toMatchObject({
      database: { dialect: 'sqlite' },
      host: '127.0.0.1',
      port: 4000,
      publicUrl: 'http://127.0.0.1:4000',
      filesPort: 4001,
      localFleet: undefined,
      localAnonymous: true,
    })
  })

  it('tells all faults at once, and repeats no password', () => {
    const env = {
      BP_PORT: 'x',
      BP_LOG_LEVEL: 'loud',
      BP_PUBLIC_URL: 'not a url',
      BP_DATABASE_URL: 'mysql://user:geheim@host/name',
    }
    let fault: unknown
    try {
      readConfig(env)
    } catch (thrown) {
      fault = thrown
    }
    expect(fault).toBeInstanceOf(ConfigFault)
    if (!(fault instanceof ConfigFault)) return
    expect(fault.faults).toHaveLength(4)
    expect(fault.message).not.toContain('geheim')
  })

  it('reads a MariaDB address', () => {
    expect(
      readConfig({ BP_DATABASE_URL: 'mariadb://bp:a%2Fb@db.example:3307/bp' }).database,
    ).toEqual({
      dialect: 'mariadb',
      host: 'db.example',
      port: 3307,
      user: 'bp',
      password: 'a/b',
      database: 'bp',
    })
  })

  it('hands workers a few harmless variables and nothing else', () => {
    const { localFleet } = readConfig({
      BP_WORKER_ENTRY: '/w.ts',
      PATH: '/bin',
      BP_CONTROL_SECRET: 'x',
      AWS_SECRET_ACCESS_KEY: 'x',
    })
    expect(localFleet?.env).toEqual({ PATH: '/bin' })
    expect(localFleet?.workersMax).toBeGreaterThanOrEqual(1)
  })
})

it('makes an app key once, for the owner’s eyes only, and finds it again', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'bp-secrets-'))
  try {
    const first = await loadSecrets(folder, {})
    const again = await loadSecrets(folder, { BP_CONTROL_SECRET: 'mine' })
    expect(again.appKey).toEqual(Buffer.from(first.appKey))
    expect(again.controlSecret).toBe('mine')
    expect(first.controlSecret).toHaveLength(43)
    expect((await stat(join(folder, 'secrets.json'))).mode & 0o777).toBe(0o600)
    expect(await readFile(join(folder, 'secrets.json'), 'utf8')).toContain('app_key')
    expect(deriveKey(first.appKey, 'a')).not.toEqual(deriveKey(first.appKey, 'b'))
  } finally {
    await rm(folder, { recursive: true })
  }
})
