/** The sign-in providers: what each needs, where it stands in the source file, and what a usable value looks like. */
import { createPrivateKey } from 'node:crypto'
import type { Fault } from '@bp/contracts/errors'
import { secretFault } from '@bp/contracts/secret-fault'

/** What the secret holds: provider → field → value. Providers that are absent are not offered. */
export type Oauth = Readonly<Record<string, Readonly<Record<string, string>>>>

type Check = (value: string) => string | undefined
interface Field {
  readonly field: string
  readonly envKey: string
  readonly check: Check
}

/** No secrets, but a copied `<client id>` must not pass for one. */
const plainId: Check = value =>
  /^[\w.:@-]{4,200}$/.test(value)
    ? undefined
    : 'This is no client id: letters, digits, dots, dashes.'
const tenLetters: Check = value =>
  /^[A-Z0-9]{10}$/.test(value) ? undefined : 'Apple gives ten capital letters and digits here.'
const applePrivateKey: Check = value => {
  const fault =
    'This is no Apple key: the whole text of the .p8 file belongs here, with \\n for its line breaks.'
  try {
    const key = createPrivateKey(value)
    return key.asymmetricKeyDetails?.namedCurve === 'prime256v1' ? undefined : fault
  } catch {
    // The cause may quote the text, so it is not told.
    return fault
  }
}

const field = (name: string, envKey: string, check: Check): Field => ({
  field: name,
  envKey: `BP_OAUTH_${envKey}`,
  check,
})
const providers: Readonly<Record<string, readonly Field[]>> = {
  google: [
    field('client_id', 'GOOGLE_CLIENT_ID', plainId),
    field('client_secret', 'GOOGLE_CLIENT_SECRET', secretFault),
  ],
  tiktok: [
    field('client_key', 'TIKTOK_CLIENT_KEY', plainId),
    field('client_secret', 'TIKTOK_CLIENT_SECRET', secretFault),
  ],
  apple: [
    field('client_id', 'APPLE_CLIENT_ID', plainId),
    field('team_id', 'APPLE_TEAM_ID', tenLetters),
    field('key_id', 'APPLE_KEY_ID', tenLetters),
    field('private_key', 'APPLE_PRIVATE_KEY', applePrivateKey),
  ],
}

export const oauthKeys: readonly string[] = Object.values(providers).flatMap(fields =>
  fields.map(({ envKey }) => envKey),
)

/** The providers of a source file, and all that is wrong with them. A provider that is half there is a fault. */
export function readOauth(source: ReadonlyMap<string, string>): {
  readonly oauth: Oauth
  readonly faults: readonly Fault[]
} {
  const oauth: Record<string, Readonly<Record<string, string>>> = {}
  const faults: Fault[] = []
  for (const [provider, fields] of Object.entries(providers)) {
    if (!fields.some(({ envKey }) => source.has(envKey))) continue
    const values: Record<string, string> = {}
    for (const { field: name, envKey, check } of fields) {
      const given = source.get(envKey)
      // One line in the file, several in the key.
      const value = given?.replaceAll('\\n', '\n')
      const message =
        value === undefined
          ? `${provider} needs this as well; or take its other lines out.`
          : check(value)
      if (message !== undefined) faults.push({ pointer: envKey, code: 'secret', message })
      if (value !== undefined) values[name] = value
    }
    oauth[provider] = values
  }
  return { oauth, faults }
}

/** The known providers in a stored JSON text; none for the empty one that bp-data makes, or for nonsense. */
export function parseOauth(text: string): Oauth {
  const oauth: Record<string, Readonly<Record<string, string>>> = {}
  let stored: unknown
  try {
    stored = JSON.parse(text)
  } catch {
    return oauth
  }
  if (typeof stored !== 'object' || stored === null) return oauth
  for (const [provider, value] of Object.entries(stored))
    if (Object.hasOwn(providers, provider) && isTexts(value)) oauth[provider] = value
  return oauth
}

const isTexts = (value: unknown): value is Readonly<Record<string, string>> =>
  typeof value === 'object' &&
  value !== null &&
  Object.values(value).every(text => typeof text === 'string')
