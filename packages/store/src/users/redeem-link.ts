import { randomBytes } from 'node:crypto'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { authTime } from './auth-time.ts'
import { userAccounts } from './rows.ts'
import type { UserRow } from './rows.ts'

export interface NewSession {
  /** What the cookie will hold; a random text of at most 255 characters. */
  readonly sessionToken: string
  readonly validForMs: number
  readonly ip?: string
  readonly userAgent?: string
}

/** Uses a link up and opens a session, in one transaction. Undefined when it is unknown, used or too old. */
export async function redeemLink(
  writer: Writer,
  redeem: { readonly tokenHash: Uint8Array } & NewSession,
): Promise<{ readonly user: UserRow; readonly expiresAt: number } | undefined> {
  // One statement decides: of two who hold the link only one changes the row.
  const used = await writer.run(sql`
    UPDATE one_time_link SET used_at = ${writer.nowMs}
    WHERE token_hash = ${redeem.tokenHash} AND used_at IS NULL AND expires_at > ${writer.nowMs}`)
  if (used !== 1) return undefined
  const row = await writer.first(sql`
    SELECT ${userAccounts.select('u')} FROM one_time_link l JOIN user_account u ON u.id = l.user_id
    WHERE l.token_hash = ${redeem.tokenHash} AND u.disabled_at IS NULL AND u.closed_at IS NULL`)
  if (row === undefined) return undefined
  const user = userAccounts.read(row, 'u')
  const now = await writer.now()
  const expiresAt = now + redeem.validForMs
  await writer.run(sql`
    INSERT INTO auth_session (id, expiresAt, token, createdAt, updatedAt, ipAddress, userAgent, userId)
    VALUES (${randomBytes(16).toString('hex')}, ${authTime(writer, expiresAt)}, ${redeem.sessionToken},
      ${authTime(writer, now)}, ${authTime(writer, now)}, ${redeem.ip ?? null}, ${redeem.userAgent ?? null}, ${user.authId})`)
  return { user, expiresAt }
}
