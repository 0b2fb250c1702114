import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import type { PublishedEffect } from './published-effect.ts'
import { publishedEffects } from './published-rows.ts'

/** What people may run, by slug. At most 200. */
export async function listPublished(reader: Reader): Promise<readonly PublishedEffect[]> {
  return publishedEffects(reader, sql`1 = 1 ORDER BY e.slug LIMIT 200`)
}
