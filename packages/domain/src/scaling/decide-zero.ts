/**
 * The fallback's way down to zero, when the scaler does not do it: which machines of one fleet may be ended now.
 * Pure: the same facts give the same answer, and every machine that stays has a reason.
 */
import type { WorkerState } from '@bp/contracts/workers'

/** Why the question is asked: an alarm of the fleet, or its group that a hand has closed. */
export type ZeroTrigger = 'queue_empty' | 'silent' | 'closed'

/** The last word of the agent on a machine (it says one a minute), read from its log. */
export interface AgentEvidence {
  readonly state: 'idle' | 'busy'
  /** How long it has been so, and how old the line is. */
  readonly forMs: number
  readonly ageMs: number
}

export interface ZeroMachine {
  readonly id: string
  readonly lifecycle: 'pending' | 'in_service' | 'ending'
  /** Time since its launch. */
  readonly ageMs: number
  /** Null when its log has no such line. Who could not read the log does not ask this function: silence is evidence. */
  readonly evidence: AgentEvidence | null
}

export interface ZeroWorker {
  readonly instance: string
  readonly state: WorkerState
  readonly leases: number
}

export type ZeroBackend =
  | {
      readonly kind: 'answers'
      /** Since the scaler's last full tick; null when it never had one. */
      readonly scalerAgeMs: number | null
      /** Live leases and jobs a worker could take now. */
      readonly leases: number
      readonly waiting: number
      /** All but the ended ones. */
      readonly workers: readonly ZeroWorker[]
    }
  | { readonly kind: 'away'; readonly forMs: number }

export interface ZeroInput {
  readonly trigger: ZeroTrigger
  /** How long MaxSize has been 0 for certain; null when it is not 0. */
  readonly closedForMs: number | null
  /** `min` of the fleet's desired configuration: machines that stay on purpose. */
  readonly floor: number
  /** Longest run that a job of the fleet may have. */
  readonly runMsMax: number
  readonly backend: ZeroBackend
  readonly machines: readonly ZeroMachine[]
  /** Endings that this run has left. More than `zeroLimits.endingsMax` are never answered. */
  readonly endingsLeft: number
}

export type KeepReason =
  | 'ending_already'
  | 'scaler_alive'
  | 'leases_live'
  | 'busy'
  | 'draining'
  | 'work_waits'
  | 'floor'
  | 'young'
  | 'idle_too_short'
  | 'later'

export type ZeroVerdict =
  /** The group was closed by hand; after ten minutes busy machines go as well. */
  'closed' | 'closed_long' | 'scaler_alive' | 'refused' | 'scaler_silent' | 'backend_away'

export interface ZeroDecision {
  /**
   * Machines to end, longest there first. While the backend answers, it is asked to drain each one first: only
   * then is it proven, in the transaction of the leases, that nothing is held.
   */
  readonly end: readonly string[]
  readonly keep: readonly { readonly id: string; readonly why: KeepReason }[]
  readonly verdict: ZeroVerdict
}

const minuteMs = 60_000
export const zeroLimits = {
  /** A scaler whose last full tick is older than this is silent. */
  scalerFreshMs: 90_000,
  /** Endings in one run; the others follow five minutes later. */
  endingsMax: 10,
  /** A group closed by hand ends its busy machines after this; their jobs wait in the database. */
  closedBusyMs: 10 * minuteMs,
  /** A machine that the backend does not know has this long to register. */
  unknownMs: 20 * minuteMs,
  /** Without a backend: idle for this long, */
  idleMs: 10 * minuteMs,
  /** busy, while the backend has been away for this long (or the longest run, if that is more), */
  awayBusyMs: 60 * minuteMs,
  /** or silent in its log, at this age. */
  noLineMs: 30 * minuteMs,
} as const

/** `end`, or why not. */
type Fate = 'end' | KeepReason

/** Which machines of a fleet may be ended now, and why the others stay. */
export function decideZero(input: ZeroInput): ZeroDecision {
  const { backend, closedForMs } = input
  if (closedForMs !== null) {
    const isLong = closedForMs >= zeroLimits.closedBusyMs
    return settle(input, isLong ? 'closed_long' : 'closed', machine =>
      isLong ? 'end' : whenClosed(machine, backend),
    )
  }
  if (backend.kind === 'away')
    return settle(input, 'backend_away', machine =>
      byEvidence(machine, backend.forMs, input.runMsMax),
    )

  const workerOf = new Map(backend.workers.map(worker => [worker.instance, worker]))
  if (backend.scalerAgeMs !== null && backend.scalerAgeMs <= zeroLimits.scalerFreshMs)
    return settle(input, 'scaler_alive', ({ id }) =>
      isDrained(workerOf.get(id)) ? 'end' : 'scaler_alive',
    )

  const isAnyBusy =
    backend.leases > 0 ||
    backend.workers.some(worker => worker.leases > 0 || worker.state === 'draining')
  if (input.trigger === 'queue_empty' && isAnyBusy)
    return settle(input, 'refused', ({ id }) => whyHeld(workerOf.get(id)) ?? 'leases_live')
  return settle(
    input,
    'scaler_silent',
    machine => whenSilent(machine, workerOf.get(machine.id), backend.waiting),
    machine => workerOf.has(machine.id) && !isDrained(workerOf.get(machine.id)),
  )
}

const isDrained = (worker: ZeroWorker | undefined): boolean =>
  worker?.state === 'drained' && worker.leases === 0

function whyHeld(worker: ZeroWorker | undefined): 'busy' | 'draining' | undefined {
  if (worker === undefined) return undefined
  if (worker.leases > 0) return 'busy'
  return worker.state === 'draining' ? 'draining' : undefined
}

/** Closed by hand, within the first ten minutes: what is idle goes, by the backend's word or else by the agent's. */
function whenClosed(machine: ZeroMachine, backend: ZeroBackend): Fate {
  if (backend.kind === 'answers')
    return whyHeld(backend.workers.find(worker => worker.instance === machine.id)) ?? 'end'
  if (machine.evidence?.state === 'idle') return 'end'
  return byEvidence(machine, 0, 0)
}

/** The backend answers, its scaler does not move. */
function whenSilent(machine: ZeroMachine, worker: ZeroWorker | undefined, waiting: number): Fate {
  if (worker === undefined) return machine.ageMs > zeroLimits.unknownMs ? 'end' : 'young'
  if (isDrained(worker)) return 'end'
  // An idle machine is about to be given what waits: ending it would only make the fallback launch another.
  return whyHeld(worker) ?? (waiting > 0 ? 'work_waits' : 'end')
}

/** Nobody can be asked: the last word of the agent decides. Nothing new can have been leased meanwhile. */
function byEvidence(machine: ZeroMachine, awayMs: number, runMsMax: number): Fate {
  const { evidence } = machine
  // A line that is too old says as little as none.
  if (evidence === null || evidence.ageMs > zeroLimits.noLineMs) {
    // The machine may have been at work when its log fell silent: then the longer wait holds as well.
    if (evidence?.state === 'busy' && awayMs < Math.max(zeroLimits.awayBusyMs, runMsMax))
      return 'busy'
    return machine.ageMs > zeroLimits.noLineMs ? 'end' : 'young'
  }
  if (evidence.state === 'idle')
    return evidence.forMs >= zeroLimits.idleMs ? 'end' : 'idle_too_short'
  return awayMs >= Math.max(zeroLimits.awayBusyMs, runMsMax) ? 'end' : 'busy'
}

/** Holds the fates against the floor and the bound of a run. `counts`: machines that the floor may stand on. */
function settle(
  input: ZeroInput,
  verdict: ZeroVerdict,
  fateOf: (machine: ZeroMachine) => Fate,
  counts?: (machine: ZeroMachine) => boolean,
): ZeroDecision {
  const live = input.machines.filter(machine => machine.lifecycle !== 'ending')
  const fates = new Map(live.map(machine => [machine.id, fateOf(machine)]))
  let aboveFloor =
    counts === undefined
      ? Number.POSITIVE_INFINITY
      : Math.max(0, live.filter(machine => counts(machine)).length - Math.max(0, input.floor))
  let left = Math.max(0, Math.min(zeroLimits.endingsMax, input.endingsLeft))
  const end: string[] = []
  const keep: { id: string; why: KeepReason }[] = []
  for (const machine of input.machines.toSorted(longestThereFirst)) {
    const fate = fates.get(machine.id) ?? 'ending_already'
    const isOnFloor = counts?.(machine) === true
    if (fate !== 'end') keep.push({ id: machine.id, why: fate })
    else if (isOnFloor && aboveFloor <= 0) keep.push({ id: machine.id, why: 'floor' })
    else if (left <= 0) keep.push({ id: machine.id, why: 'later' })
    else {
      end.push(machine.id)
      left--
      if (isOnFloor) aboveFloor--
    }
  }
  return { end, keep, verdict }
}

const longestThereFirst = (a: ZeroMachine, b: ZeroMachine): number =>
  b.ageMs - a.ageMs || (a.id < b.id ? -1 : 1)
