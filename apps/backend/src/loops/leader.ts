import {
  isLeader,
  noteTick,
  releaseLease,
  renewLease,
  takeLease,
  type LoopLease,
} from '@bp/store/loops/loop-lease'
import type { Store, Writer } from '@bp/store/store'

export interface Leader {
  /** True while this process leads the loop: takes or renews the lease. To be called at the begin of each tick. */
  lead(): Promise<boolean>
  /** A transaction of the leader; undefined when somebody else has taken over meanwhile: then nothing was written. */
  write<T>(fn: (writer: Writer, epoch: number) => Promise<T>): Promise<T | undefined>
  /** A full tick is over. Others see it within 20 s: it is asked for by the minute and need not be written by the second. */
  ticked(): Promise<void>
  resign(): Promise<void>
}

/** A lease lives this long without a renewal; ticks are much more frequent. Slower loops say how long theirs lives. */
const ttlMsUsual = 10_000
const tickedEveryMs = 20_000

export function createLeader(
  store: Store,
  name: string,
  owner: string,
  ttlMs = ttlMsUsual,
): Leader {
  let lease: LoopLease | undefined
  let tickedMs = Number.NEGATIVE_INFINITY
  const leader: Leader = {
    lead: async () => {
      const held = lease
      if (held !== undefined) {
        const isStill = await store.write(writer =>
          renewLease(writer, { name, epoch: held.epoch, ttlMs }),
        )
        if (!isStill) lease = undefined
      }
      lease ??= await store.write(writer => takeLease(writer, { name, owner, ttlMs }))
      return lease !== undefined
    },
    write: fn =>
      store.write(async writer => {
        if (lease === undefined || !(await isLeader(writer, lease))) return undefined
        return fn(writer, lease.epoch)
      }),
    ticked: async () => {
      const nowMs = performance.now()
      if (nowMs - tickedMs < tickedEveryMs) return
      const isNoted = await leader.write(async writer => {
        await noteTick(writer, name)
        return true
      })
      if (isNoted === true) tickedMs = nowMs
    },
    resign: async () => {
      const held = lease
      lease = undefined
      if (held !== undefined) await store.write(writer => releaseLease(writer, held))
    },
  }
  return leader
}
