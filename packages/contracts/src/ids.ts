/**
 * Ids: 63 bits, time-ordered, `(ms since 2025-01-01) << 22 | node slot << 12 | sequence`.
 * Inside they are branded bigints; outside `<prefix>_` + 13 characters of lower-case Crockford base32.
 * An id is opaque and never a secret: ownership stands in the WHERE of each statement.
 */
declare const noun: unique symbol
type Id<Noun extends string> = bigint & { readonly [noun]: Noun }

export type JobId = Id<'job'>
export type AssetId = Id<'asset'>
export type UploadId = Id<'upload'>
export type EffectId = Id<'effect'>
export type WorkflowId = Id<'workflow'>
export type WorkflowVersionId = Id<'workflow_version'>
export type WorkerId = Id<'worker'>
export type LaunchId = Id<'launch'>
export type UserId = Id<'user'>
export type LinkId = Id<'link'>
export type AuditId = Id<'audit'>

export interface IdOf {
  job: JobId
  asset: AssetId
  upload: UploadId
  wfv: WorkflowVersionId
  worker: WorkerId
  launch: LaunchId
  user: UserId
}
export type IdPrefix = keyof IdOf

/** Milliseconds between 1970 and the first instant an id can name. */
export const idEpochMs = Date.UTC(2025, 0, 1)

const alphabet = '0123456789abcdefghjkmnpqrstvwxyz'
const digits = new Map(Array.from(alphabet, (letter, value) => [letter, BigInt(value)]))
const idLength = 13
const idMax = (1n << 63n) - 1n

/** The public text of an id, e.g. `job_07zq3k9v2m4x1`. */
export function formatId<Prefix extends IdPrefix>(prefix: Prefix, id: IdOf[Prefix]): string {
  let text = ''
  let rest: bigint = id
  for (let place = 0; place < idLength; place++) {
    text = (alphabet[Number(rest & 31n)] ?? '0') + text
    rest >>= 5n
  }
  return `${prefix}_${text}`
}

/** Reads a public id; undefined when the text is no id of this noun. */
export function parseId<Prefix extends IdPrefix>(
  prefix: Prefix,
  text: string,
): IdOf[Prefix] | undefined {
  if (!text.startsWith(`${prefix}_`) || text.length !== prefix.length + 1 + idLength)
    return undefined
  let value = 0n
  for (const letter of text.slice(prefix.length + 1)) {
    const digit = digits.get(letter)
    if (digit === undefined) return undefined
    value = (value << 5n) | digit
  }
  return value <= idMax ? brandId<IdOf[Prefix]>(value) : undefined
}

/** Brands a number that a row codec or an id source vouches for; nothing else may make an id. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says which noun its column holds
export function brandId<Branded extends bigint>(value: bigint): Branded {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a brand exists in types only; this is its one door
  return value as Branded
}

/** When the thing was made, in Unix milliseconds: an id is its own creation time. */
export const idTimeMs = (id: bigint): number => Number(id >> 22n) + idEpochMs

/** The pattern of a public id, for schemas. */
export const idPattern = (prefix: IdPrefix): string => `^${prefix}_[0-9a-hjkmnp-tv-z]{13}$`
