import { effectStates } from '@bp/contracts/effects'
import { int } from '../row.ts'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import type { PublishedEffect } from './published-effect.ts'
import { publishedEffects } from './published-rows.ts'

/** A published effect by its slug; a disabled or unpublished one is not found. */
export async function findPublished(
  reader: Reader,
  key: { readonly slug: string },
): Promise<PublishedEffect | undefined> {
  const [effect] = await publishedEffects(reader, sql`e.slug = ${key.slug}`)
  return effect
}

/** State of any effect by its slug, published or not: to say `effect_disabled` instead of nothing. */
export async function findState(
  reader: Reader,
  key: { readonly slug: string },
): Promise<'development' | 'published' | 'disabled' | undefined> {
  const row = await reader.first(sql`SELECT state FROM effect WHERE slug = ${key.slug}`)
  return row === undefined ? undefined : effectStates.wordOf(int.read(row['state']))
}
