import { createHash, generateKeyPairSync, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
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
    const fault = faultOf(env)
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

  it('reads a database in parts, with TLS', async () => {
    await using folder = await temporaryFolder()
    const ca = '-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n'
    const file = join(folder.path, 'ca.pem')
    await writeFile(file, ca)
    const parts = {
      BP_DATABASE_HOST: 'db.example',
      BP_DATABASE_USER: 'bp',
      BP_DATABASE_PASSWORD: 'p@ss:/word',
      BP_DATABASE_TLS: '1',
    }
    const database = {
      dialect: 'mariadb',
      host: 'db.example',
      port: 3306,
      user: 'bp',
      password: 'p@ss:/word',
      database: 'bp',
    }
    expect(readConfig(parts).database).toEqual({ ...database, tls: {} })
    expect(readConfig({ ...parts, BP_DATABASE_CA: file }).database).toEqual({
      ...database,
      tls: { ca },
    })
  })

  it.each([
    [{ BP_DATABASE_HOST: 'db' }, ['BP_DATABASE_USER is absent', 'BP_DATABASE_PASSWORD is absent']],
    [
      { BP_DATABASE_URL: 'mariadb://a@b/c', BP_DATABASE_NAME: 'd' },
      ['BP_DATABASE_URL and BP_DATABASE_NAME are set'],
    ],
    [{ BP_DATABASE_TLS: '1' }, ['BP_DATABASE_TLS is set, but no database']],
    [{ BP_DATABASE_CA: '/x' }, ['BP_DATABASE_TLS is not 1']],
    [
      { BP_DATABASE_URL: 'mariadb://a@b/c', BP_DATABASE_TLS: '1', BP_DATABASE_CA: '/nowhere' },
      ['BP_DATABASE_CA is "/nowhere"'],
    ],
    [{ BP_REDIS_TLS: 'yes', BP_REDIS_PORT: '0' }, ['BP_REDIS_PORT', 'BP_REDIS_TLS']],
    [{ BP_REDIS_HOST: 'redis://x' }, ['BP_REDIS_HOST']],
    [{ BP_MEDIA_BUCKET: 'No_Bucket' }, ['BP_MEDIA_BUCKET']],
    [{ BP_MEDIA_BUCKET: 'b-1', BP_MEDIA_HOST: 'https://cdn' }, ['BP_MEDIA_HOST']],
    [
      { BP_POINTERS: 's3', BP_METRICS: 'x', BP_FLEET_SECRETS: 'x' },
      ['BP_POINTERS', 'BP_METRICS', 'BP_FLEET_SECRETS'],
    ],
    [{ BP_OAUTH: '{"google":' }, ['BP_OAUTH is no JSON object']],
    [{ BP_OAUTH: '[]' }, ['BP_OAUTH is no JSON object']],
  ])('%j is refused', (env, sentences) => {
    const { faults } = faultOf(env)
    expect(faults.length).toBe(sentences.length)
    for (const sentence of sentences) expect(faults.join('\n')).toContain(sentence)
  })

  it.each([
    ['BP_APP_KEY', 'changeme-changeme-changeme-changeme-1'],
    ['BP_APP_KEY', 'kZ7qV2mX9wT4rB6nL1pY8cF3'],
    ['BP_FLEET_SECRET', 'placeholder-of-a-fleet-secret'],
    ['BP_MEDIA_PRIVATE_KEY', '-----BEGIN PRIVATE KEY-----\nMIIgeheim\n-----END PRIVATE KEY-----'],
  ])('refuses a bad %s without repeating it', (name, value) => {
    const { message } = faultOf({ [name]: value })
    expect(message).toContain(name)
    expect(message).not.toContain(value.slice(0, 12))
  })

  it('takes a CDN only with its private key', () => {
    const bucket = { BP_MEDIA_BUCKET: 'bp-media-1', BP_MEDIA_HOST: 'd1.cloudfront.net' }
    const toBucket = { bucket: 'bp-media-1', cdn: undefined }
    expect(readConfig({ ...bucket, BP_MEDIA_KEY_PAIR: 'none' }).media).toEqual({
      ...toBucket,
      lacksKey: false,
    })
    const pem = (namedCurve: string): string =>
      generateKeyPairSync('ec', { namedCurve })
        .privateKey.export({ type: 'pkcs8', format: 'pem' })
        .toString()
    const signed = { ...bucket, BP_MEDIA_KEY_PAIR: 'K2JCJMDEHXQW5F' }
    expect(readConfig({ ...signed, BP_MEDIA_PRIVATE_KEY: pem('P-256') }).media).toEqual({
      bucket: 'bp-media-1',
      cdn: { host: 'd1.cloudfront.net', keyPairId: 'K2JCJMDEHXQW5F' },
      lacksKey: false,
    })
    for (const empty of ['', '{"unused":"Zk3"}'])
      expect(readConfig({ ...signed, BP_MEDIA_PRIVATE_KEY: empty }).media).toEqual({
        ...toBucket,
        lacksKey: true,
      })
    expect(faultOf({ ...signed, BP_MEDIA_PRIVATE_KEY: pem('P-384') }).message).toContain('P-256')
    expect(faultOf({ BP_MEDIA_PRIVATE_KEY: pem('P-256') }).message).toContain('not all of')
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
  await using folder = await temporaryFolder()
  const first = await loadSecrets(folder.path, {})
  const again = await loadSecrets(folder.path, {
    BP_CONTROL_SECRET: 'mine',
    BP_MEDIA_PRIVATE_KEY: '{"unused":"Zk3"}',
  })
  expect(again.mediaPrivateKey).toBeUndefined()
  expect(again.appKey).toEqual(Buffer.from(first.appKey))
  expect(again.controlSecret).toBe('mine')
  expect(first.controlSecret).toHaveLength(43)
  expect((await stat(join(folder.path, 'secrets.json'))).mode & 0o777).toBe(0o600)
  expect(await readFile(join(folder.path, 'secrets.json'), 'utf8')).toContain('app_key')
  expect(deriveKey(first.appKey, 'a')).not.toEqual(deriveKey(first.appKey, 'b'))
})

it('shares an app key from the environment: base64 of 32 bytes as it is, another text by its hash', async () => {
  await using folder = await temporaryFolder()
  const keyOf = async (text: string): Promise<Buffer> =>
    Buffer.from((await loadSecrets(folder.path, { BP_APP_KEY: text })).appKey)
  const bytes = randomBytes(32)
  expect(await keyOf(bytes.toString('base64'))).toEqual(bytes)
  const text = randomBytes(32).toString('hex')
  expect(await keyOf(text)).toEqual(createHash('sha256').update(text).digest())
  expect(await readdir(folder.path)).toEqual([])
})

function faultOf(env: Readonly<Record<string, string>>): ConfigFault {
  try {
    readConfig(env)
  } catch (thrown) {
    if (thrown instanceof ConfigFault) return thrown
    throw thrown
  }
  throw new Error('nothing was found at fault')
}

async function temporaryFolder(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'bp-config-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}
