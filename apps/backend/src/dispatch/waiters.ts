/** Long polls: workers that ask for work and wait. In memory only; an idle worker costs one request per ~22 s and no statement. */
import type { WorkerId } from '@bp/contracts/ids'
import { limits } from '@bp/contracts/limits'
import type { Granted } from '@bp/store/leases/granted'

export interface Ask {
  readonly fleetId: number
  readonly workerId: WorkerId
  /** 16 bytes of the caller's UUID. */
  readonly claimId: Buffer
  readonly slots: number
  /** Until when it may begin a job, process clock; null = no end known. */
  readonly acceptUntilMs: number | null
}
interface Waiter extends Ask {
  readonly lastBusyMs: number | null
  /** Answers the poll. False when its caller has gone meanwhile: then nothing was delivered. */
  answer(leases: readonly Granted[]): boolean
}

export interface Waiters {
  /** Resolves with leases, or with none after 20–25 s, when the caller hangs up, asks anew, or the process ends. */
  wait(ask: Ask, signal: AbortSignal): Promise<readonly Granted[]>
  ofFleet(fleetId: number): readonly Waiter[]
  fleets(): readonly number[]
  /** When a worker was last given something here, process clock; null when never. */
  lastBusyMs(worker: WorkerId): number | null
  /** Answers one worker's poll with nothing: it is being drained. */
  dismiss(worker: WorkerId): void
  /** Answers all with nothing; who asks later gets nothing at once. */
  close(): void
}

/** Workers whose last job is remembered; beyond, all are forgotten, which costs nothing but a better choice. */
const rememberedMax = 10_000

export function createWaiters(random: () => number = Math.random): Waiters {
  const byWorker = new Map<WorkerId, Waiter>()
  const lastBusyMs = new Map<WorkerId, number>()
  let isClosed = false
  return {
    wait: (ask, signal) =>
      new Promise(resolve => {
        if (isClosed || signal.aborted) {
          resolve([])
          return
        }
        // One poll a worker: an older one belongs to a socket that its worker has given up.
        byWorker.get(ask.workerId)?.answer([])
        const spreadMs = limits.pollMsMax - limits.pollMsMin
        const timer = setTimeout(
          () => waiter.answer([]),
          limits.pollMsMin + Math.floor(random() * spreadMs),
        )
        const onAbort = (): void => void waiter.answer([])
        let isOver = false
        const waiter: Waiter = {
          ...ask,
          lastBusyMs: lastBusyMs.get(ask.workerId) ?? null,
          answer: leases => {
            if (isOver) return false
            isOver = true
            clearTimeout(timer)
            signal.removeEventListener('abort', onAbort)
            if (byWorker.get(ask.workerId) === waiter) byWorker.delete(ask.workerId)
            if (leases.length > 0) {
              if (lastBusyMs.size >= rememberedMax) lastBusyMs.clear()
              lastBusyMs.set(ask.workerId, Date.now())
            }
            resolve(leases)
            return !signal.aborted
          },
        }
        signal.addEventListener('abort', onAbort, { once: true })
        byWorker.set(ask.workerId, waiter)
      }),
    ofFleet: fleetId => [...byWorker.values()].filter(waiter => waiter.fleetId === fleetId),
    fleets: () => [...new Set([...byWorker.values()].map(waiter => waiter.fleetId))],
    lastBusyMs: worker => lastBusyMs.get(worker) ?? null,
    dismiss: worker => void byWorker.get(worker)?.answer([]),
    close: () => {
      isClosed = true
      for (const waiter of byWorker.values()) waiter.answer([])
    },
  }
}
