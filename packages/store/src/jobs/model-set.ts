import { createHash } from 'node:crypto'
import { int } from '../row.ts'
import { raw, sql } from '../sql.ts'
import type { Reader, Writer } from '../store.ts'

/** The row of a set of models, made on first use; 0 for a job that needs none. Order and repeats do not matter. */
export async function modelSetOf(writer: Writer, models: readonly string[]): Promise<number> {
  if (models.length === 0) return 0
  const text = [...new Set(models)].toSorted().join('\n')
  const hash = createHash('sha256').update(text).digest().subarray(0, 16)
  const found = await findSet(writer, hash)
  if (found !== undefined) return found
  const tail =
    writer.dialect === 'sqlite'
      ? raw('ON CONFLICT (hash) DO NOTHING')
      : raw('ON DUPLICATE KEY UPDATE hash = hash')
  await writer.run(
    sql`INSERT INTO model_set (hash, models, load_ms) VALUES (${hash}, ${text}, 0) ${tail}`,
  )
  const made = await findSet(writer, hash)
  if (made === undefined) throw new Error('a model set was not made')
  return made
}

async function findSet(reader: Reader, hash: Uint8Array): Promise<number | undefined> {
  const row = await reader.first(sql`SELECT id FROM model_set WHERE hash = ${hash}`)
  return row === undefined ? undefined : int.read(row['id'])
}
