import type { UserId } from '@bp/contracts/ids'
import { onConflict } from '../insert-rows.ts'
import { sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { Writer } from '../store.ts'

/** Adds to what people have stored, in this process's shard: a row that no other process writes. */
export async function addStorage(
  writer: Writer,
  changes: ReadonlyMap<UserId, { readonly bytes: number; readonly assets: number }>,
): Promise<void> {
  const statements: Sql[] = [...changes]
    .filter(([, change]) => change.bytes !== 0 || change.assets !== 0)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(
      ([userId, change]) => sql`
        INSERT INTO user_storage (user_id, shard, bytes, assets)
        VALUES (${userId}, ${writer.ids.slot}, ${change.bytes}, ${change.assets})
        ${onConflict(writer, 'user_id, shard', ['bytes', 'assets'], 'add')}`,
    )
  await writer.many(statements)
}
