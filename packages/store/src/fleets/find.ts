import { stages } from '@bp/contracts/fleets'
import type { Stage } from '@bp/contracts/fleets'
import { sql } from '../sql.ts'
import type { Reader } from '../store.ts'
import { fleets } from './rows.ts'
import type { FleetRow } from './rows.ts'

/** A fleet by its name. `none` is the built-in one for jobs nobody serves. Destroyed fleets are not found. */
export async function find(
  reader: Reader,
  key: { readonly stage: Stage; readonly slug: string },
): Promise<FleetRow | undefined> {
  const row = await reader.first(sql`
    SELECT ${fleets.select()} FROM fleet
    WHERE stage = ${stages.numberOf(key.stage)} AND slug = ${key.slug} AND destroyed_at IS NULL`)
  return row === undefined ? undefined : fleets.read(row)
}

/** A fleet by its number. */
export async function findById(reader: Reader, fleetId: number): Promise<FleetRow | undefined> {
  const row = await reader.first(
    sql`SELECT ${fleets.select()} FROM fleet WHERE id = ${fleetId} AND destroyed_at IS NULL`,
  )
  return row === undefined ? undefined : fleets.read(row)
}
