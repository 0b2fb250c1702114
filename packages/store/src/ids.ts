import { brandId, idEpochMs, idTimeMs } from '@bp/contracts/ids'

/** Makes ids: `(ms since 2025-01-01) << 22 | slot << 12 | sequence`. */
export interface IdSource {
  readonly slot: number
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says which noun the id belongs to
  next<Id extends bigint>(): Id
}

const sequenceMax = 4_095
export const slotMax = 1_023

/**
 * Makes a source of ids for one process. `slot` is 0 on SQLite, a leased `node_slot` on MariaDB; `nowMs` is the
 * process clock in Unix milliseconds. Ids only ever grow: when the clock goes back, the last millisecond goes on
 * counting; 4,096 ids in one millisecond borrow from the next one.
 */
export function createIdSource(options: {
  readonly slot: number | (() => number)
  readonly nowMs: () => number
}): IdSource {
  const slotOf = (): number => {
    const slot = typeof options.slot === 'number' ? options.slot : options.slot()
    if (!Number.isInteger(slot) || slot < 0 || slot > slotMax) {
      throw new RangeError(`slot ${slot} is not within 0…${slotMax}`)
    }
    return slot
  }
  let lastMs = 0
  let sequence = 0
  return {
    get slot() {
      return slotOf()
    },
    // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says which noun the id belongs to
    next: <Id extends bigint>() => {
      const slot = slotOf()
      const ms = options.nowMs() - idEpochMs
      if (ms > lastMs) {
        lastMs = ms
        sequence = 0
      } else if (sequence === sequenceMax) {
        lastMs++
        sequence = 0
      } else {
        sequence++
      }
      return brandId<Id>((BigInt(lastMs) << 22n) | (BigInt(slot) << 12n) | BigInt(sequence))
    },
  }
}

/** The smallest id that can be made at this time (Unix ms): older things have smaller ones. */
export const idAt = (ms: number): bigint => BigInt(Math.max(0, ms - idEpochMs)) << 22n

/** When the thing with this id was made, Unix milliseconds. */
export const createdMs = (id: bigint): number => idTimeMs(id)
