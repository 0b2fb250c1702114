import type { UserId } from '@bp/contracts/ids'
import { settings } from '../audit/rows.ts'
import { insertRows } from '../insert-rows.ts'
import { noId } from '../row.ts'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { find } from './find.ts'

/** Sets a group of settings. `rev` = the one that was read, undefined when it must not exist yet. Answers the new rev, or `rev_stale`. */
export async function put(
  writer: Writer,
  setting: {
    readonly name: string
    readonly value: string
    readonly rev?: number
    readonly by?: UserId
  },
): Promise<{ readonly rev: number } | { readonly refused: 'rev_stale' }> {
  const { name, value, by = noId<UserId>() } = setting
  const at = await writer.now()
  if (setting.rev === undefined) {
    if ((await find(writer, name)) !== undefined) return { refused: 'rev_stale' }
    await insertRows(writer, settings, [{ name, value, rev: 1, byId: by, at }])
    return { rev: 1 }
  }
  const rev = setting.rev + 1
  const found = await writer.run(sql`
    UPDATE setting SET value = ${Buffer.from(value)}, rev = ${rev}, by_id = ${by}, at = ${at}
    WHERE name = ${name} AND rev = ${setting.rev}`)
  return found === 1 ? { rev } : { refused: 'rev_stale' }
}
