import { stages } from '@bp/contracts/fleets'
import type { Stage } from '@bp/contracts/fleets'
import type { UserId, WorkflowId } from '@bp/contracts/ids'
import { onConflict } from '../insert-rows.ts'
import { lock } from '../lock.ts'
import { id, text } from '../row.ts'
import { list, sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { assign } from '../workflows/assign.ts'
import { find } from './find.ts'
import type { FleetRow } from './rows.ts'

export interface NewFleet {
  readonly stage: Stage
  readonly slug: string
  readonly name: string
  readonly template: string
  /** The preferred one first, separated by commas. */
  readonly instanceTypes: string
  /** JSON text of the dials. */
  readonly dials: string
}

export type Created =
  | { readonly row: FleetRow; readonly isNew: boolean }
  | { readonly unknownWorkflows: readonly string[] }

/**
 * Makes a fleet, or finds the one that has its name and leaves that as it is; a destroyed one begins anew. Then gives it
 * the named workflows, or all that no fleet of its stage serves. A slug that names no workflow refuses everything.
 */
export async function create(
  writer: Writer,
  fleet: NewFleet,
  serving: { readonly workflows: 'all' | readonly string[]; readonly by: UserId },
): Promise<Created> {
  const stage = stages.numberOf(fleet.stage)
  // Workflows before fleets: the order in which the house locks.
  const rows = await writer.all(
    serving.workflows === 'all'
      ? sql`SELECT id, slug FROM workflow WHERE archived_at IS NULL AND id NOT IN (
          SELECT x.workflow_id FROM workflow_fleet x JOIN fleet f ON f.id = x.fleet_id
          WHERE x.stage = ${stage} AND f.destroyed_at IS NULL) ORDER BY id LIMIT 1000 ${lock(writer, 'update')}`
      : sql`SELECT id, slug FROM workflow WHERE archived_at IS NULL AND slug IN ${list(['', ...serving.workflows])}
          ORDER BY id ${lock(writer, 'update')}`,
  )
  if (serving.workflows !== 'all') {
    const known = new Set(rows.map(row => text.read(row['slug'])))
    const unknownWorkflows = serving.workflows.filter(slug => !known.has(slug))
    if (unknownWorkflows.length > 0) return { unknownWorkflows }
  }
  // The row of `none` is a lock: of two who make the same fleet at once, the second finds it.
  await writer.first(
    sql`SELECT id FROM fleet WHERE stage = ${stage} AND slug = 'none' ${lock(writer, 'update')}`,
  )
  const found = await find(writer, fleet)
  if (found === undefined) await insert(writer, fleet)
  const row = found ?? (await find(writer, fleet))
  if (row === undefined) throw new Error(`fleet ${fleet.stage}/${fleet.slug} was not made`)
  for (const workflow of rows)
    await assign(writer, {
      workflowId: id<WorkflowId>().read(workflow['id']),
      stage: fleet.stage,
      fleetId: row.id,
      by: serving.by,
    })
  return { row, isNew: found === undefined }
}

async function insert(writer: Writer, fleet: NewFleet): Promise<void> {
  const settings = ['name', 'template', 'instance_types', 'dials', 'destroyed_at']
  await writer.run(sql`
    INSERT INTO fleet (stage, slug, name, template, instance_types, dials, bundle_id, ami, build_id, generation,
      bare_graphs, hold_until, prewarm_until, cell, config_version, rev, created_at, destroyed_at)
    VALUES (${stages.numberOf(fleet.stage)}, ${fleet.slug}, ${fleet.name}, ${fleet.template}, ${fleet.instanceTypes},
      ${Buffer.from(fleet.dials)}, 0, NULL, 0, '1', 1, NULL, NULL, 'home', 1, 1, ${writer.nowMs}, NULL)
    ${onConflict(writer, 'stage, slug', settings)}`)
}
