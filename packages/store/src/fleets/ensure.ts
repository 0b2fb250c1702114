import { stages } from '@bp/contracts/fleets'
import type { Stage } from '@bp/contracts/fleets'
import { onConflict } from '../insert-rows.ts'
import { sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { find } from './find.ts'
import type { FleetRow } from './rows.ts'

export interface EnsuredFleet {
  readonly stage: Stage
  readonly slug: string
  readonly name: string
  readonly template?: string
  readonly instanceTypes?: string
  /** JSON text of the dials. */
  readonly dials: string
  readonly generation: string
  readonly bareGraphs: boolean
  readonly cell?: string
}

/** Makes the fleet if it is not there (or revives it); an existing one is left as its admin has set it, its generation excepted. */
export async function ensure(writer: Writer, fleet: EnsuredFleet): Promise<FleetRow> {
  const found = await find(writer, fleet)
  if (found !== undefined && found.generation === fleet.generation) return found
  await writer.run(sql`
    INSERT INTO fleet (stage, slug, name, template, instance_types, dials, bundle_id, ami, build_id, generation,
      bare_graphs, hold_until, prewarm_until, cell, config_version, rev, created_at, destroyed_at)
    VALUES (${stages.numberOf(fleet.stage)}, ${fleet.slug}, ${fleet.name}, ${fleet.template ?? ''}, ${fleet.instanceTypes ?? ''},
      ${Buffer.from(fleet.dials)}, 0, NULL, 0, ${fleet.generation}, ${fleet.bareGraphs ? 1 : 0}, NULL, NULL,
      ${fleet.cell ?? ''}, 1, 1, ${writer.nowMs}, NULL)
    ${onConflict(writer, 'stage, slug', ['generation', 'destroyed_at'])}`)
  const made = await find(writer, fleet)
  if (made === undefined) throw new Error(`fleet ${fleet.stage}/${fleet.slug} was not made`)
  return made
}
