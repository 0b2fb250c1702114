/** What was heard of workers since the last flush. Beats never write the worker's own row, because grants lock it. */
import type { WorkerId } from '@bp/contracts/ids'
import type { WorkerHealth, WorkerPhase } from '@bp/contracts/workers'
import type { LiveReport } from '@bp/store/workers/flush-live'

interface Heard {
  readonly phase?: WorkerPhase
  readonly busy?: number
  readonly health?: WorkerHealth
  readonly warm?: readonly string[]
  readonly present?: readonly string[]
  readonly host?: Readonly<Record<string, unknown>>
}

export interface LiveWorkers {
  heard(worker: WorkerId, what: Heard): void
  /** Takes the reports since the last call; what could not be written is heard of again at the next beat. */
  take(): readonly LiveReport[]
  forget(worker: WorkerId): void
  /** Told when phase or health of a worker has changed: people look at these, so they do not wait for the flush. */
  onNews(listener: () => void): () => void
}

interface Known {
  heardAtMs: number
  isFresh: boolean
  phase: WorkerPhase
  busy: number
  health: WorkerHealth
  warm?: string
  present?: string
  host?: string
}

/** Workers remembered; beyond, the oldest is forgotten and known again from its next call. */
const knownMax = 10_000

/** `clockMs` only ever grows (`performance.now`): silence is measured by it, not by the wall clock. */
export function createLiveWorkers(clockMs: () => number): LiveWorkers {
  const known = new Map<WorkerId, Known>()
  const listeners = new Set<() => void>()
  return {
    heard: (worker, what) => {
      const before = known.get(worker) ?? { phase: 'registered', busy: 0, health: 'good' as const }
      const now: Known = { ...before, heardAtMs: clockMs(), isFresh: true }
      if (what.phase !== undefined) now.phase = what.phase
      if (what.busy !== undefined) now.busy = what.busy
      if (what.health !== undefined) now.health = what.health
      if (what.warm !== undefined) now.warm = JSON.stringify(what.warm)
      if (what.present !== undefined) now.present = JSON.stringify(what.present)
      if (what.host !== undefined) now.host = JSON.stringify(what.host)
      known.set(worker, now)
      if (now.phase !== before.phase || now.health !== before.health)
        for (const listener of listeners) listener()
      if (known.size > knownMax) {
        const oldest = known.keys().next()
        if (oldest.done !== true) known.delete(oldest.value)
      }
    },
    take: () => {
      const reports: LiveReport[] = []
      for (const [workerId, facts] of known) {
        if (!facts.isFresh || reports.length >= 1_000) continue
        facts.isFresh = false
        const { heardAtMs, isFresh: _, ...rest } = facts
        reports.push({ workerId, heardAgoMs: Math.round(clockMs() - heardAtMs), ...rest })
      }
      return reports
    },
    forget: worker => void known.delete(worker),
    onNews: listener => {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
  }
}
