import { changeByKeys } from '../by-keys.ts'
import { idAt } from '../ids.ts'
import { retention } from '../retention.ts'
import { id } from '../row.ts'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'

/** Removes links that have been over for a month, used or not, at most `limit`. Answers how many. */
export async function pruneLinks(
  writer: Writer,
  options: { readonly limit: number },
): Promise<number> {
  const beforeMs = (await writer.now()) - retention.linkMs
  const rows = await writer.all(sql`
    SELECT id FROM one_time_link WHERE id < ${idAt(beforeMs)} AND expires_at < ${beforeMs}
    ORDER BY id LIMIT ${options.limit}`)
  return changeByKeys(
    writer,
    rows.map(row => id().read(row['id'])),
    linkId => sql`id = ${linkId}`,
    where => sql`DELETE FROM one_time_link WHERE ${where}`,
  )
}
