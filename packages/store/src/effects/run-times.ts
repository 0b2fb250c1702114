import type { EffectId } from '@bp/contracts/ids'
import { jobStates } from '@bp/contracts/jobs'
import { id, int } from '../row.ts'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'

/**
 * Milliseconds from first start to end of succeeded runs, by effect, within the newest `window` jobs of everybody.
 * One backward range of the primary key, however many jobs there are; effects without such a run are not in it.
 */
export async function runTimes(
  reader: Reader,
  options: { readonly window: number },
): Promise<ReadonlyMap<EffectId, readonly number[]>> {
  const rows = await reader.all(sql`
    SELECT effect_id, finished_at - first_started_at AS took_ms FROM (
      SELECT effect_id, state, first_started_at, finished_at FROM job ORDER BY id DESC LIMIT ${options.window}
    ) AS newest
    WHERE state = ${jobStates.numberOf('succeeded')} AND effect_id IS NOT NULL
      AND first_started_at IS NOT NULL AND finished_at >= first_started_at`)
  const times = new Map<EffectId, number[]>()
  for (const row of rows) {
    const effectId = id<EffectId>().read(row['effect_id'])
    const own = times.get(effectId) ?? []
    own.push(int.read(row['took_ms']))
    times.set(effectId, own)
  }
  return times
}
