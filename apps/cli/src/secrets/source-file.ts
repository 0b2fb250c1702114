import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseEnv } from 'node:util'
import type { Fault } from '@bp/contracts/errors'
import { closest } from '../closest.ts'
import { Refusal } from '../refusal.ts'
import type { Folders } from '../verb.ts'
import { readOauth, type Oauth } from './oauth.ts'
import { readSigningKey } from './signing-key.ts'
import { signingKeyTarget, sourceKeys, targets } from './targets.ts'
import { textFault } from './text-fault.ts'

/** Where values stand unless `--file` says otherwise; git ignores it. */
export const sourceFileDefault = 'infrastructure/.env.aws'
/** What every key means; copied once, then filled in. */
export const exampleFile = 'infrastructure/.env.aws.example'

/** What somebody wants to have in AWS. What is not named is generated or left as it is. */
export interface Wanted {
  /** Target name → value, of those that are one text. */
  readonly texts: ReadonlyMap<string, string>
  readonly oauth: Oauth
}

export interface Source extends Wanted {
  /** Undefined: there is no file, and none was asked for. */
  readonly path: string | undefined
  /** Files with secrets that others on this machine can read. */
  readonly open: readonly string[]
}

/** Reads and checks the source file. Refuses with all its faults at once, so nothing is ever written from a bad one. */
export async function readSource(given: string | undefined, folders: Folders): Promise<Source> {
  const path =
    given === undefined ? join(folders.root, sourceFileDefault) : resolve(folders.current, given)
  const found = await readIfThere(path)
  if (found === undefined) {
    if (given === undefined) return { path: undefined, open: [], texts: new Map(), oauth: {} }
    throw new Refusal('no_file', 'notFound', `There is no file ${given}.`, {
      next: `cp ${exampleFile} ${sourceFileDefault}`,
    })
  }
  const { texts, oauth, faults, keyFile } = readWanted(found.text)
  const all = [...faults]
  const open = found.isOpen ? [path] : []
  if (keyFile !== undefined) {
    const keyPath = resolve(folders.root, keyFile)
    const key = await readSigningKey(keyPath, folders.root)
    if ('fault' in key)
      all.push({ pointer: signingKeyTarget.envKey, code: 'secret', message: key.fault })
    else texts.set(signingKeyTarget.name, key.pem)
    if ('pem' in key && key.isOpen) open.push(keyPath)
  }
  if (all.length > 0)
    throw new Refusal('secrets_refused', 'refused', 'The file holds what cannot be used.', {
      faults: all,
      reason: `${path} is read before anything is written; nothing was.`,
      next: `See ${exampleFile} for what each line means.`,
    })
  return { path, open, texts, oauth }
}

/** What a source file's text asks for, and all that is wrong with it. No fault holds any part of a value. */
export function readWanted(text: string): {
  readonly texts: Map<string, string>
  readonly oauth: Oauth
  /** Path to the signing key, not looked at yet. */
  readonly keyFile: string | undefined
  readonly faults: readonly Fault[]
} {
  const faults: Fault[] = []
  const source = new Map<string, string>()
  for (const [key, value] of Object.entries(parseEnv(text))) {
    if (value === undefined || value === '') continue
    if (sourceKeys.includes(key)) source.set(key, value)
    else faults.push({ pointer: key, code: 'unknown', message: unknownKey(key) })
  }
  const texts = new Map<string, string>()
  for (const target of targets) {
    if (target.kind === 'oauth' || target.kind === 'signing-key') continue
    const value = source.get(target.envKey)
    if (value === undefined) continue
    const message = textFault(target.kind, value)
    if (message !== undefined) faults.push({ pointer: target.envKey, code: 'secret', message })
    texts.set(target.name, value)
  }
  const { oauth, faults: oauthFaults } = readOauth(source)
  const keyFile = source.get(signingKeyTarget.envKey)
  return { texts, oauth, keyFile, faults: [...faults, ...oauthFaults] }
}

function unknownKey(key: string): string {
  const near = closest(key, sourceKeys)
  return near === undefined
    ? `bp knows no such line; ${exampleFile} has all of them.`
    : `bp knows no such line. Did you mean ${near}?`
}

const fileBytesMax = 256 * 1024

async function readIfThere(
  path: string,
): Promise<{ readonly text: string; readonly isOpen: boolean } | undefined> {
  try {
    const { size, mode } = await stat(path)
    if (size > fileBytesMax)
      throw new Refusal('file_too_large', 'refused', `${path} is too large for a file of secrets.`)
    // Windows has no such bits, and says 0o666 for everything.
    const isOpen = process.platform !== 'win32' && (mode & 0o077) !== 0
    return { text: await readFile(path, 'utf8'), isOpen }
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
