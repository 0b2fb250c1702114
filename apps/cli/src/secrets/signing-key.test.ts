import { generateKeyPairSync } from 'node:crypto'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readSource } from './source-file.ts'

const pairOf = (namedCurve: string) => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve })
  return {
    // As `openssl ecparam` writes it.
    file: privateKey.export({ type: 'sec1', format: 'pem' }).toString(),
    kept: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    told: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
  }
}
const mine = pairOf('P-256')
const envKey = 'BP_MEDIA_PRIVATE_KEY_FILE'

let root: string
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'bp-signing-key-'))
  await mkdir(join(root, 'infrastructure'))
  await writeFile(join(root, 'infrastructure/.env.aws'), `${envKey}=key.pem\n`, { mode: 0o600 })
})
afterAll(() => rm(root, { recursive: true }))

/** Reads the source beside this key, where the configuration is this document or is not there. */
async function read(key: string, config: object | undefined, mode = 0o600) {
  const configFile = join(root, 'infrastructure/config.json')
  await rm(configFile, { force: true })
  await rm(join(root, 'key.pem'), { force: true })
  await writeFile(join(root, 'key.pem'), key, { mode })
  if (config !== undefined) await writeFile(configFile, JSON.stringify(config))
  return readSource(undefined, { root, current: root, data: root })
}

describe('the signing key of a CDN', () => {
  it.each([
    ['fits the configuration', { media_public_key: mine.told }],
    ['stands beside a configuration without a CDN', {}],
    ['stands beside no configuration', undefined],
  ])('is taken when it %s', async (_name, config) => {
    const { texts, open } = await read(mine.file, config)
    expect([...texts]).toEqual([['media-signing-key', mine.kept]])
    expect(open).toEqual([])
  })

  it('is told of when others can read it, where the system knows', async () => {
    const { open } = await read(mine.file, undefined, 0o644)
    expect(open).toEqual(process.platform === 'win32' ? [] : [join(root, 'key.pem')])
  })

  it.each([
    ['is none', 'MIIgeheim', {}, 'is no PEM'],
    ['is its public half', mine.told, {}, 'is no PEM'],
    ['is on another curve', pairOf('P-384').file, {}, 'P-256'],
    ['is of another pair', pairOf('P-256').file, { media_public_key: mine.told }, 'other half'],
    ['cannot be compared', mine.file, { media_public_key: 'none' }, 'other half'],
  ])('is refused when it %s, and not repeated', async (_name, key, config, said) => {
    const refusal = {
      code: 'secrets_refused',
      faults: [{ pointer: envKey, code: 'secret', message: expect.stringContaining(said) }],
    }
    await expect(read(key, config)).rejects.toMatchObject(refusal)
    const thrown: unknown = await read(key, config).catch((error: unknown) => error)
    const [part = key] = key.split('\n').slice(1)
    expect(JSON.stringify(thrown)).not.toContain(part)
  })

  it('is refused when it is not there', async () => {
    await rm(join(root, 'key.pem'), { force: true })
    await expect(readSource(undefined, { root, current: root, data: root })).rejects.toMatchObject({
      faults: [{ pointer: envKey, message: expect.stringContaining('no file') }],
    })
  })
})
