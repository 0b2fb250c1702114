import { effectStates } from '@bp/contracts/effects'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { effectMedia } from './rows.ts'
import type { EffectMediaRow } from './rows.ts'

/** A public picture of an effect. */
export async function findMedia(
  reader: Reader,
  key: { readonly slug: string; readonly sha256: Uint8Array },
): Promise<EffectMediaRow | undefined> {
  const row = await reader.first(sql`
    SELECT ${effectMedia.select('m')} FROM effect e JOIN effect_media m ON m.effect_id = e.id
    WHERE e.slug = ${key.slug} AND e.state <> ${effectStates.numberOf('development')} AND m.sha256 = ${key.sha256}`)
  return row === undefined ? undefined : effectMedia.read(row, 'm')
}
