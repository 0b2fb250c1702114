import { jobPriorities } from '@bp/contracts/jobs'
import type { JobPriority } from '@bp/contracts/jobs'
import { onConflict } from './insert-rows.ts'
import { join, list, raw, sql } from './sql.ts'
import type { Writer } from './store.ts'

/** Gauges go up and down with places, counters only up. `dueLater` counts rows of `job_delayed`. */
const statNames = [
  'ready',
  'readyMs',
  'held',
  'dueLater',
  'leased',
  'enqueued',
  'granted',
  'succeeded',
  'failed',
  'expired',
  'canceled',
  'lost',
  'released',
  'stale',
] as const
type StatName = (typeof statNames)[number]

const columnOf = (name: StatName): string =>
  name.replaceAll(/[A-Z]/g, letter => `_${letter.toLowerCase()}`)

/** Each role has one transaction in flight a process, so with shard = slot · 4 + role no row is contended. */
const roles = { submit: 0, grant: 1, end: 2, loops: 3 } as const

type Delta = Partial<Record<StatName, number>>

/** Collects changes of the queue's gauges and counters during a transaction, and writes them as its last step. */
export class StatChanges {
  readonly #byLine = new Map<string, { laneId: number; prio: JobPriority; delta: Delta }>()

  add(line: { readonly laneId: number; readonly prio: JobPriority }, delta: Delta): void {
    const key = `${line.laneId} ${line.prio}`
    const found = this.#byLine.get(key) ?? { laneId: line.laneId, prio: line.prio, delta: {} }
    for (const name of statNames) {
      const more = delta[name]
      if (more !== undefined) found.delta[name] = (found.delta[name] ?? 0) + more
    }
    this.#byLine.set(key, found)
  }

  async write(writer: Writer, role: keyof typeof roles): Promise<void> {
    const shard = writer.ids.slot * 4 + roles[role]
    const lines = [...this.#byLine.values()]
      .map(line => ({ ...line, prioNumber: jobPriorities.numberOf(line.prio) }))
      .toSorted((a, b) => a.laneId - b.laneId || a.prioNumber - b.prioNumber)
    if (lines.length === 0) return
    const columns = statNames.map(columnOf)
    const rows = lines.map(line =>
      list([line.laneId, line.prioNumber, shard, ...statNames.map(name => line.delta[name] ?? 0)]),
    )
    const head = raw(`INSERT INTO stat (lane_id, prio, shard, ${columns.join(', ')}) VALUES `)
    await writer.run(
      sql`${head}${join(rows, ', ')}${onConflict(writer, 'lane_id, prio, shard', columns, 'add')}`,
    )
  }
}
