/** Secrets are apart from the configuration, so that a configuration may be logged. */
import { createHash, createHmac, createPrivateKey, randomBytes } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { controlSecretOf } from '@bp/contracts/control-secret'
import { secretFault } from '@bp/contracts/secret-fault'
import type { Env } from './settings.ts'

export interface BackendSecrets {
  /** 32 bytes. Other keys are derived from it by purpose, so that none of them opens another's door. */
  readonly appKey: Uint8Array
  /** Of the machine's own operator; stands in run.json while the process lives. */
  readonly controlSecret: string
  /** Of workers that are started by hand; undefined admits none. */
  readonly fleetSecret: string | undefined
  /** PEM, signs links of the CDN. */
  readonly mediaPrivateKey?: string | undefined
  readonly redisToken?: string | undefined
}

/** Characters below which a text is no app key. */
const appKeyCharsMin = 32

/**
 * Reads the secrets of a checked environment. Without BP_APP_KEY the key rests in `<data>/secrets.json` (made at the
 * first start, for the owner's eyes only): it has to outlive a restart, as signed addresses and waiting workers rest on
 * it, and where several backends work together all of them have to have the same.
 */
export async function loadSecrets(dataFolder: string, env: Env): Promise<BackendSecrets> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 })
  const given = env['BP_APP_KEY'] || undefined
  return {
    appKey: given === undefined ? await loadAppKey(join(dataFolder, 'secrets.json')) : keyOf(given),
    controlSecret: env['BP_CONTROL_SECRET'] || (await controlSecretFor(given)),
    fleetSecret: env['BP_FLEET_SECRET'] || undefined,
    mediaPrivateKey: signingKeyIn(env['BP_MEDIA_PRIVATE_KEY']),
    redisToken: env['BP_REDIS_AUTH_TOKEN'] || undefined,
  }
}

/** Backends that share a key share the secret too: a link is made by one of them and may be asked of any. */
const controlSecretFor = async (appKey: string | undefined): Promise<string> =>
  appKey === undefined ? randomBytes(32).toString('base64url') : controlSecretOf(appKey)

/** A key for one purpose. */
export const deriveKey = (appKey: Uint8Array, purpose: string): Buffer =>
  createHmac('sha256', appKey).update(`bp:${purpose}`).digest()

/** What is wrong with the secrets of an environment, a sentence each; none of them repeats any part of a secret. */
export function secretFaults(env: Env): readonly string[] {
  const faults: string[] = []
  const appKey = env['BP_APP_KEY']
  if (appKey) {
    const fault = secretFault(appKey)
    if (fault !== undefined) faults.push(`BP_APP_KEY cannot be used. ${fault}`)
    else if (appKey.length < appKeyCharsMin)
      faults.push(`BP_APP_KEY has fewer than ${appKeyCharsMin} characters.`)
  }
  const fleetSecret = env['BP_FLEET_SECRET']
  const fleetFault = fleetSecret ? secretFault(fleetSecret) : undefined
  if (fleetFault !== undefined) faults.push(`BP_FLEET_SECRET cannot be used. ${fleetFault}`)
  if (env['BP_OAUTH'] && !isJsonObject(env['BP_OAUTH']))
    faults.push('BP_OAUTH is no JSON object; {} stands for no provider.')
  const signingKey = signingKeyIn(env['BP_MEDIA_PRIVATE_KEY'])
  if (signingKey !== undefined && !isSigningKey(signingKey))
    faults.push('BP_MEDIA_PRIVATE_KEY is no PEM of an ECDSA P-256 private key.')
  return faults
}

/** The key in a setting; none in the JSON object that a stack makes, until somebody brings the key. */
export const signingKeyIn = (text: string | undefined): string | undefined =>
  text === undefined || text === '' || isJsonObject(text) ? undefined : text

/** Base64 of exactly 32 bytes is the key itself; of any other text it is the hash. */
function keyOf(text: string): Uint8Array {
  const plain = Buffer.from(text, 'base64')
  const isBase64 = plain.byteLength === 32 && plain.toString('base64') === text
  return isBase64 ? plain : createHash('sha256').update(text).digest()
}

function isJsonObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

function isSigningKey(pem: string): boolean {
  try {
    const key = createPrivateKey(pem)
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
  } catch {
    return false
  }
}

async function loadAppKey(path: string): Promise<Uint8Array> {
  const made = randomBytes(32)
  try {
    const file = await open(path, 'wx', 0o600)
    try {
      await file.writeFile(`${JSON.stringify({ app_key: made.toString('base64url') })}\n`)
      await file.sync()
    } finally {
      await file.close()
    }
    return made
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'EEXIST')) throw thrown
  }
  const stored: unknown = JSON.parse(await readFile(path, 'utf8'))
  if (typeof stored === 'object' && stored !== null && 'app_key' in stored) {
    const key = Buffer.from(String(stored.app_key), 'base64url')
    if (key.byteLength === 32) return key
  }
  throw new Error(`${path} holds no app key of 32 bytes`)
}
