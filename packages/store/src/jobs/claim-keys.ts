import { createHash } from 'node:crypto'
import { problem } from '@bp/contracts/errors'
import type { JobId, UserId } from '@bp/contracts/ids'
import { limits } from '@bp/contracts/limits'
import { changeByKeys } from '../by-keys.ts'
import { isLockTimeout } from '../failure.ts'
import { bytes } from '../row.ts'
import { join, list, raw, sql } from '../sql.ts'
import type { Row, Writer } from '../store.ts'
import { idems } from './rows.ts'

/** Keys rest a little longer than promised, so that a repeat in the last second still finds its job. */
const keptMs = limits.idempotencyMs + 3_600_000

export interface KeyClaim {
  readonly userId: UserId
  readonly keyHash: Buffer
  readonly jobId: JobId
  readonly requestHash: Uint8Array
}

/** The first 16 bytes of SHA-256(route ‖ key): the same key on another route is another key. */
export const keyHashOf = (route: string, key: string): Buffer =>
  createHash('sha256').update(`${route}\0${key}`).digest().subarray(0, 16)

export const claimText = (claim: {
  readonly userId: UserId
  readonly keyHash: Uint8Array
}): string => `${claim.userId} ${bytes.read(claim.keyHash).toString('hex')}`

/**
 * Writes the keys or finds who wrote them before, in one statement. A key in flight elsewhere is waited for: after its commit the
 * winner's job comes back, after its rollback ours stands. Throws `idempotency_in_progress` when that takes too long.
 */
export async function claimKeys(
  writer: Writer,
  claims: readonly KeyClaim[],
): Promise<ReadonlyMap<string, { readonly jobId: JobId; readonly requestHash: Buffer }>> {
  const found = new Map<string, { readonly jobId: JobId; readonly requestHash: Buffer }>()
  if (claims.length === 0) return found
  const sorted = claims.toSorted((a, b) => (claimText(a) < claimText(b) ? -1 : 1))
  const now = await writer.now()
  const values = sorted.map(claim =>
    list(
      idems.write({
        ...claim,
        requestHash: bytes.read(claim.requestHash),
        expiresAt: now + keptMs,
      }),
    ),
  )
  const tail =
    writer.dialect === 'sqlite'
      ? raw('ON CONFLICT (user_id, key_hash) DO UPDATE SET user_id = user_id')
      : raw('ON DUPLICATE KEY UPDATE user_id = user_id')
  for (const row of await insertAndSee(writer, values, tail)) {
    const idem = idems.read(row)
    found.set(claimText(idem), { jobId: idem.jobId, requestHash: idem.requestHash })
  }
  return found
}

async function insertAndSee(
  writer: Writer,
  values: Parameters<typeof join>[0],
  tail: ReturnType<typeof raw>,
): Promise<readonly Row[]> {
  try {
    return await writer.all(sql`
      INSERT INTO idem (${idems.select()}) VALUES ${join(values, ', ')} ${tail} RETURNING ${idems.select()}`)
  } catch (error) {
    if (!isLockTimeout(error)) throw error
    throw problem('idempotency_in_progress', {}, { cause: error, retryAfterS: 1 })
  }
}

/** A refused submit leaves no key. */
export async function dropKeys(writer: Writer, claims: readonly KeyClaim[]): Promise<void> {
  await changeByKeys(
    writer,
    claims,
    claim => sql`user_id = ${claim.userId} AND key_hash = ${claim.keyHash}`,
    where => sql`DELETE FROM idem WHERE ${where}`,
  )
}
