import type { UserId } from '@bp/contracts/ids'
import { text } from '../row.ts'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { authMs, readAuthMs } from './auth-time.ts'
import { userAccounts } from './rows.ts'
import type { UserRow } from './rows.ts'

/** Who holds this session, unless it is over or the account is closed. A session without an account is no session. */
export async function resolveSession(
  reader: Reader,
  key: { readonly token: string },
): Promise<
  { readonly user: UserRow; readonly email: string; readonly expiresAt: number } | undefined
> {
  const row = await reader.first(sql`
    SELECT ${userAccounts.select('u')}, a.email AS email, ${authMs(reader, 's.expiresAt')} AS expires_at
    FROM auth_session s JOIN auth_user a ON a.id = s.userId JOIN user_account u ON u.auth_id = s.userId
    WHERE s.token = ${key.token} AND u.disabled_at IS NULL AND u.closed_at IS NULL`)
  if (row === undefined) return undefined
  const expiresAt = readAuthMs(row['expires_at'])
  if (expiresAt <= (await reader.now())) return undefined
  return { user: userAccounts.read(row, 'u'), email: text.read(row['email']), expiresAt }
}

/** A person by id, open or closed. */
export async function findUser(reader: Reader, userId: UserId): Promise<UserRow | undefined> {
  const row = await reader.first(
    sql`SELECT ${userAccounts.select()} FROM user_account WHERE id = ${userId}`,
  )
  return row === undefined ? undefined : userAccounts.read(row)
}
