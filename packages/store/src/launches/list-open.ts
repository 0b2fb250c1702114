import { launchStates } from '@bp/contracts/fleets'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { launches } from './rows.ts'
import type { LaunchRow } from './rows.ts'

/** Machines that have not ended, of one fleet or of all, oldest first. At most 1,000. */
export async function listOpen(
  reader: Reader,
  filter: { readonly fleetId?: number } = {},
): Promise<readonly LaunchRow[]> {
  const ofFleet = filter.fleetId === undefined ? sql`` : sql`AND fleet_id = ${filter.fleetId}`
  const rows = await reader.all(sql`
    SELECT ${launches.select()} FROM launch
    WHERE state <> ${launchStates.numberOf('ended')} ${ofFleet} ORDER BY id LIMIT ${launchesMax}`)
  return rows.map(row => launches.read(row))
}

/** The launch of a machine by its name, open or not. */
export async function findByInstance(
  reader: Reader,
  instance: string,
): Promise<LaunchRow | undefined> {
  const row = await reader.first(
    sql`SELECT ${launches.select()} FROM launch WHERE instance = ${instance}`,
  )
  return row === undefined ? undefined : launches.read(row)
}

const launchesMax = 1_000
