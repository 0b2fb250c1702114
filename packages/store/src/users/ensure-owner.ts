import { randomBytes } from 'node:crypto'
import { userRoles } from '@bp/contracts/users'
import { insertRows } from '../insert-rows.ts'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { authTime } from './auth-time.ts'
import { userAccounts } from './rows.ts'
import type { UserRow } from './rows.ts'

/** The one owner of a machine of one's own: made on the first start, found afterwards. */
export async function ensureOwner(
  writer: Writer,
  owner: { readonly name: string; readonly email: string },
): Promise<UserRow> {
  const row = await writer.first(sql`
    SELECT ${userAccounts.select()} FROM user_account
    WHERE role = ${userRoles.numberOf('admin')} AND closed_at IS NULL ORDER BY id LIMIT 1`)
  if (row !== undefined) return userAccounts.read(row)
  const authId = randomBytes(16).toString('hex')
  const at = authTime(writer, await writer.now())
  await writer.run(sql`
    INSERT INTO auth_user (id, name, email, emailVerified, image, createdAt, updatedAt)
    VALUES (${authId}, ${owner.name}, ${owner.email}, 0, NULL, ${at}, ${at})`)
  const made: UserRow = {
    id: writer.ids.next(),
    authId,
    role: 'admin',
    name: owner.name,
    disabledAt: null,
    closedAt: null,
    graphsRun: true,
    settings: '{}',
    rev: 1,
  }
  await insertRows(writer, userAccounts, [made])
  return made
}
