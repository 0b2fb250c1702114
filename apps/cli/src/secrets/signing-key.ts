/** The key that signs links of the CDN: what counts as one, and whether it is the half that the CDN was told of. */
import { createPrivateKey, createPublicKey } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** Where the public half stands, from the repository's root. */
const configFile = 'infrastructure/config.json'
/** A PEM of such a key has about 240. */
const keyBytesMax = 16 * 1024

/** The PEM of a private key in its one usual form; undefined for anything that is no ECDSA P-256 key. */
export function signingKeyOf(text: string): string | undefined {
  try {
    const key = createPrivateKey(text)
    if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') return undefined
    return key.export({ type: 'pkcs8', format: 'pem' }).toString()
  } catch {
    // The cause may quote the text, so it is not told.
    return undefined
  }
}

export type FoundKey =
  | { readonly pem: string; readonly isOpen: boolean }
  /** What is wrong and what to do, without any part of the file. */
  | { readonly fault: string }

/**
 * Reads the private half from a file. The public half is compared where the installation's configuration lies in the
 * repository and names one; a key that does not fit would sign links that the CDN refuses.
 */
export async function readSigningKey(path: string, root: string): Promise<FoundKey> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() !== true) return { fault: `There is no file ${path}.` }
  const pem = found.size > keyBytesMax ? undefined : signingKeyOf(await readFile(path, 'utf8'))
  if (pem === undefined)
    return {
      fault:
        'The file is no PEM of an ECDSA P-256 private key without a passphrase: openssl ecparam -name prime256v1 -genkey -noout makes one.',
    }
  const told = await readPublicKey(join(root, configFile))
  if (told !== undefined && !isPair(pem, told))
    return { fault: `The key is not the other half of media_public_key in ${configFile}.` }
  // Windows has no such bits, and says 0o666 for everything.
  return { pem, isOpen: process.platform !== 'win32' && (found.mode & 0o077) !== 0 }
}

async function readPublicKey(file: string): Promise<string | undefined> {
  try {
    const config: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (typeof config !== 'object' || config === null || !('media_public_key' in config))
      return undefined
    return String(config.media_public_key)
  } catch {
    // Whoever has the configuration elsewhere compares by hand.
    return undefined
  }
}

function isPair(privatePem: string, publicPem: string): boolean {
  try {
    return createPublicKey(privatePem).equals(createPublicKey(publicPem))
  } catch {
    return false
  }
}
