import type { LinkId, UserId } from '@bp/contracts/ids'
import { linkKinds, userRoles } from '@bp/contracts/users'
import { doc, flag, id, int, key32, maybe, table, text, word } from '../row.ts'
import type { RowOf } from '../row.ts'

/** Role and rights of a person; what signs them in stands in the `auth_…` tables. */
export const userAccounts = table('user_account', {
  id: id<UserId>(),
  authId: text,
  role: word(userRoles),
  name: text,
  disabledAt: maybe(int),
  closedAt: maybe(int),
  graphsRun: flag,
  settings: doc,
  rev: int,
})
export type UserRow = RowOf<typeof userAccounts>

export const oneTimeLinks = table('one_time_link', {
  id: id<LinkId>(),
  tokenHash: key32,
  kind: word(linkKinds),
  userId: id<UserId>(),
  email: maybe(text),
  role: word(userRoles),
  madeBy: id<UserId>(),
  expiresAt: int,
  usedAt: maybe(int),
})

export const userStorages = table('user_storage', {
  userId: id<UserId>(),
  shard: int,
  bytes: int,
  assets: int,
})
