import type { UserId } from '@bp/contracts/ids'
import { jobPriorities } from '@bp/contracts/jobs'
import type { JobPriority } from '@bp/contracts/jobs'
import { join, raw, sql } from '../sql.ts'
import type { Sql } from '../sql.ts'
import type { Writer } from '../store.ts'
import { fleetUsers } from './rows.ts'
import type { FleetUserRow } from './rows.ts'

export interface LineKey {
  readonly fleetId: number
  readonly userId: UserId
  readonly prio: JobPriority
}

export const lineText = (key: LineKey): string => `${key.fleetId} ${key.userId} ${key.prio}`

/** One user's line in a fleet and priority during a transaction: locked, changed in memory, written once. */
export interface LineState {
  readonly before: FleetUserRow
  nextPass: number
  active: number
  held: number
}

/** Lines are always locked in this order, or two transactions would wait for each other. */
function byKey(a: LineKey, b: LineKey): number {
  if (a.fleetId !== b.fleetId) return a.fleetId - b.fleetId
  if (a.userId !== b.userId) return a.userId < b.userId ? -1 : 1
  return jobPriorities.numberOf(a.prio) - jobPriorities.numberOf(b.prio)
}

/** Creates, locks and reads the lines of these users. */
export async function lockLines(
  writer: Writer,
  keys: readonly LineKey[],
): Promise<Map<string, LineState>> {
  const lines = new Map<string, LineState>()
  const unique = [...new Map(keys.map(key => [lineText(key), key])).values()].toSorted(byKey)
  if (unique.length === 0) return lines
  const tail =
    writer.dialect === 'sqlite'
      ? raw(' ON CONFLICT (fleet_id, user_id, prio) DO UPDATE SET weight = weight RETURNING *')
      : raw(` ON DUPLICATE KEY UPDATE user_id = user_id RETURNING ${fleetUsers.columns.join(', ')}`)
  const values = unique.map(
    key =>
      sql`(${key.fleetId}, ${key.userId}, ${jobPriorities.numberOf(key.prio)}, 0, 0, 0, NULL, 100)`,
  )
  const head = raw(`INSERT INTO fleet_user (${fleetUsers.columns.join(', ')}) VALUES `)
  const rows = await writer.all(sql`${head}${join(values, ', ')}${tail}`)
  for (const row of rows) {
    const before = fleetUsers.read(row)
    lines.set(lineText(before), {
      before,
      nextPass: before.nextPass,
      active: before.active,
      held: before.held,
    })
  }
  return lines
}

/** The tokens a line has left; a line without a limit of its own has no end of them. */
export const freeTokens = (line: LineState): number =>
  line.before.maxActive === null
    ? Number.POSITIVE_INFINITY
    : Math.max(0, line.before.maxActive - line.active)

/** Writes the lines that have changed. */
export async function writeLines(
  writer: Writer,
  lines: ReadonlyMap<string, LineState>,
): Promise<void> {
  const statements: Sql[] = []
  for (const line of lines.values()) {
    const { before } = line
    const isSame =
      line.nextPass === before.nextPass &&
      line.active === before.active &&
      line.held === before.held
    if (isSame) continue
    statements.push(sql`
      UPDATE fleet_user SET next_pass = ${line.nextPass}, active = ${line.active}, held = ${line.held}
      WHERE fleet_id = ${before.fleetId} AND user_id = ${before.userId} AND prio = ${jobPriorities.numberOf(before.prio)}`)
  }
  await writer.many(statements)
}
