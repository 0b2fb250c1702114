/** Secrets are apart from the configuration, so that a configuration may be logged. */
import { createHmac, randomBytes } from 'node:crypto'
import { mkdir, open, readFile } from 'node:fs/promises'
import { join } from 'node:path'

export interface BackendSecrets {
  /** 32 bytes. Other keys are derived from it by purpose, so that none of them opens another's door. */
  readonly appKey: Uint8Array
  /** Of the machine's own operator; stands in run.json while the process lives. */
  readonly controlSecret: string
  /** Of workers that are started by hand; undefined admits none. */
  readonly fleetSecret: string | undefined
}

type Env = Readonly<Record<string, string | undefined>>

/**
 * Reads the app key from `<data>/secrets.json` (made at the first start, for the owner's eyes only) and the rest
 * from the environment. The key has to outlive a restart: signed addresses and waiting workers rest on it.
 */
export async function loadSecrets(dataFolder: string, env: Env): Promise<BackendSecrets> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 })
  return {
    appKey: await loadAppKey(join(dataFolder, 'secrets.json')),
    controlSecret: env['BP_CONTROL_SECRET'] || randomBytes(32).toString('base64url'),
    fleetSecret: env['BP_FLEET_SECRET'] || undefined,
  }
}

/** A key for one purpose. */
export const deriveKey = (appKey: Uint8Array, purpose: string): Buffer =>
  createHmac('sha256', appKey).update(`bp:${purpose}`).digest()

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
