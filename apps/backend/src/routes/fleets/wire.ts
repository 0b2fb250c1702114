import { z } from 'zod'
import { names } from '@bp/contracts/names'
import type { Fleet } from '@bp/contracts/shapes/fleets'
import { backlog } from '@bp/store/fleets/backlog'
import type { FleetRow } from '@bp/store/fleets/rows'
import type { Reader } from '@bp/store/store'
import { list as listWorkflows } from '@bp/store/workflows/list'
import type { Context } from '../../context.ts'
import { wireTime } from '../time.ts'

/** The dials that this release knows; others stay in the document untouched. */
const Dials = z.looseObject({
  max: z.int().min(0).default(1),
})
/** The local fleet's size is a setting of the machine, not of the console. */
const isLocal = (row: FleetRow): boolean =>
  row.stage === names.localFleet.stage && row.slug === names.localFleet.slug

/** Fleets with what waits and what works, for both pages of the console that show them. */
export async function fleetsToWire(
  rows: readonly FleetRow[],
  reader: Reader,
  { fleetFacts, config }: Pick<Context, 'fleetFacts' | 'config'>,
): Promise<readonly Fleet[]> {
  const workflows = await listWorkflows(reader)
  const nowMs = await reader.now()
  return Promise.all(
    rows.map(async row => {
      const [waits, fact] = await Promise.all([backlog(reader, row.id), fleetFacts.of(row.id)])
      const decision = fleetFacts.decisionOf(row.id)
      return {
        stage: row.stage,
        slug: row.slug,
        name: row.name,
        max_workers:
          isLocal(row) && config.localFleet !== undefined
            ? config.localFleet.workersMax
            : Dials.parse(JSON.parse(row.dials)).max,
        workflows: workflows.filter(one => one.fleets.some(fleet => fleet.fleetId === row.id))
          .length,
        backlog: {
          ready: waits.ready,
          leased: waits.leased,
          delayed: waits.delayed,
          held: waits.held,
          oldest_ready_ms:
            waits.oldestReadyAt === undefined ? null : Math.max(0, nowMs - waits.oldestReadyAt),
        },
        supply: {
          booting: fact.booting,
          ready: fact.idle,
          busy: fact.busy,
          draining: fact.draining,
        },
        last_decision:
          decision === undefined ? null : { at: wireTime(decision.atMs), text: decision.text },
      }
    }),
  )
}
