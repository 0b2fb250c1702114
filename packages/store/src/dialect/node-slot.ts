import { randomUUID } from 'node:crypto'
import { isDuplicate, StoreError } from '../failure.ts'
import { slotMax } from '../ids.ts'
import { int } from '../row.ts'
import { raw, sql } from '../sql.ts'
import type { Writer } from '../store.ts'

const leaseMs = 60_000
const renewEveryMs = 15_000
/** Not the shifted clock of tests: a slot is held by a living process, whatever time the jobs believe in. */
const clock = raw('CAST(UNIX_TIMESTAMP(NOW(3)) * 1000 AS SIGNED)')

type Write = <T>(fn: (writer: Writer) => Promise<T>) => Promise<T>

/**
 * The leased number of this process (1 … 1,023), part of each id it makes. A process that was stopped for longer than its lease
 * gets a new slot before it makes another id: its old one may be somebody else's by then.
 */
export class NodeSlot {
  readonly #write: Write
  readonly #owner = randomUUID()
  #slot: number | undefined
  #renewedAt = 0
  #timer: NodeJS.Timeout | undefined

  constructor(write: Write) {
    this.#write = write
  }

  current(): number {
    if (this.#slot === undefined) throw new StoreError('no_slot', 'claimSlot() comes first')
    // The monotonic clock: it goes on while the process is stopped, and never jumps.
    if (performance.now() - this.#renewedAt > leaseMs) {
      throw new StoreError('no_slot', 'the node slot was not renewed in time')
    }
    return this.#slot
  }

  async claim(): Promise<number> {
    if (this.#slot !== undefined) return this.#slot
    const askedAt = performance.now()
    this.#slot = await this.#write(async writer => this.#take(writer))
    this.#renewedAt = askedAt
    this.#timer ??= setInterval(() => {
      void this.#renew()
    }, renewEveryMs).unref()
    return this.#slot
  }

  async release(): Promise<void> {
    clearInterval(this.#timer)
    const slot = this.#slot
    this.#slot = undefined
    if (slot === undefined) return
    try {
      await this.#write(async writer =>
        writer.run(sql`DELETE FROM node_slot WHERE slot = ${slot} AND owner = ${this.#owner}`),
      )
    } catch {
      // The database is away: the slot frees itself after a minute.
    }
  }

  async #take(writer: Writer): Promise<number> {
    const rows = await writer.all(
      sql`SELECT slot, expires_at < ${clock} AS is_over FROM node_slot ORDER BY slot`,
    )
    const taken = new Map(rows.map(row => [int.read(row['slot']), int.read(row['is_over']) === 1]))
    for (let slot = 1; slot <= slotMax; slot++) {
      const isOver = taken.get(slot)
      if (isOver === false) continue
      if (isOver === true ? await this.#takeOver(writer, slot) : await this.#insert(writer, slot)) {
        return slot
      }
    }
    throw new StoreError('no_slot', `all ${slotMax} node slots are taken`)
  }

  async #insert(writer: Writer, slot: number): Promise<boolean> {
    try {
      await writer.run(
        sql`INSERT INTO node_slot (slot, owner, expires_at) VALUES (${slot}, ${this.#owner}, ${clock} + ${leaseMs})`,
      )
      return true
    } catch (error) {
      // Another process was faster; the next number is free for us.
      if (isDuplicate(error)) return false
      throw error
    }
  }

  async #takeOver(writer: Writer, slot: number): Promise<boolean> {
    const found = await writer.run(sql`
      UPDATE node_slot SET owner = ${this.#owner}, expires_at = ${clock} + ${leaseMs}
      WHERE slot = ${slot} AND expires_at < ${clock}`)
    return found === 1
  }

  async #renew(): Promise<void> {
    const slot = this.#slot
    if (slot === undefined) return
    try {
      const askedAt = performance.now()
      const found = await this.#write(async writer =>
        writer.run(sql`
          UPDATE node_slot SET expires_at = ${clock} + ${leaseMs}
          WHERE slot = ${slot} AND owner = ${this.#owner}`),
      )
      if (found === 1) {
        this.#renewedAt = askedAt
        return
      }
      // Somebody took it while we were stopped.
      this.#slot = undefined
      await this.claim()
    } catch {
      // The database is away; `current()` refuses once the lease is over, and the next tick tries again.
    }
  }
}
