/**
 * How many workers the local fleet should have: a plain rule in place of the control law, because here a
 * worker starts within a second and costs nothing. From zero to zero.
 */
import type { WorkerId } from '@bp/contracts/ids'

export interface LocalScaling {
  readonly nowMs: number
  /** Jobs that a worker could take now. */
  readonly waiting: number
  /** Workers by what they do; those that drain are in none of them. */
  readonly supply: {
    readonly idle: readonly { readonly workerId: WorkerId; readonly idleSinceMs: number }[]
    readonly busy: number
    readonly booting: number
  }
  /** Most workers at once. */
  readonly max: number
  /** A worker that had nothing to do for this long is ended. */
  readonly idleMs: number
  /** Boots that failed one after another, and when the last one did. */
  readonly bootFailures: { readonly count: number; readonly lastMs: number }
}

export interface LocalDecision {
  readonly launch: number
  readonly drain: readonly WorkerId[]
  readonly reason: 'none' | 'launch' | 'idle' | 'above_max' | 'at_max' | 'booting' | 'boot_backoff'
  /** One sentence for the console. */
  readonly text: string
  /** When a look at the same facts may decide otherwise; null when only a change of facts can. */
  readonly lookAgainMs: number | null
}

const bootBackoffMsBase = 1_000
const bootBackoffMsMax = 60_000

/** What the local fleet does now. Never launches and drains at once. */
export function decideLocal(input: LocalScaling): LocalDecision {
  const { waiting, supply, max } = input
  const total = supply.idle.length + supply.busy + supply.booting
  if (total > max && supply.idle.length > 0) return drainSurplus(input, total)
  if (waiting === 0) return drainIdle(input)

  const missing = waiting - supply.idle.length - supply.booting
  if (missing <= 0) {
    const text =
      supply.booting > 0
        ? `${jobs(waiting)} ${waiting === 1 ? 'waits' : 'wait'} for ${workers(supply.booting)} that ${supply.booting === 1 ? 'starts' : 'start'}.`
        : `${jobs(waiting)} ${waiting === 1 ? 'waits' : 'wait'}, ${workers(supply.idle.length)} can take ${waiting === 1 ? 'it' : 'them'}.`
    return hold(supply.booting > 0 ? 'booting' : 'none', text)
  }
  const room = Math.max(0, max - total)
  if (room === 0) {
    const text = `${jobs(waiting)} ${waiting === 1 ? 'waits' : 'wait'}; ${total} of ${max} workers are there already.`
    return hold('at_max', text)
  }
  const heldMs = bootBackoffMs(input)
  if (heldMs > 0) {
    const failures = input.bootFailures.count
    const text = `The last ${failures === 1 ? 'worker' : `${failures} workers`} did not start; the next try is in ${Math.ceil(heldMs / 1000)} s.`
    return { launch: 0, drain: [], reason: 'boot_backoff', text, lookAgainMs: heldMs }
  }
  // After a failed boot one worker shows whether the cause is gone; more would only fail together.
  const launch = Math.min(missing, room, input.bootFailures.count > 0 ? 1 : room)
  const text = `Starting ${workers(launch)}: ${jobs(waiting)} ${waiting === 1 ? 'waits' : 'wait'}.`
  return { launch, drain: [], reason: 'launch', text, lookAgainMs: null }
}

/** Ms that the next launch is held back after failed boots: 1 s, 2 s, 4 s … at most a minute after the last. */
function bootBackoffMs({ bootFailures, nowMs }: LocalScaling): number {
  if (bootFailures.count === 0) return 0
  const backoffMs = Math.min(bootBackoffMsMax, bootBackoffMsBase * 2 ** (bootFailures.count - 1))
  return Math.max(0, bootFailures.lastMs + backoffMs - nowMs)
}

function drainIdle({ supply, nowMs, idleMs }: LocalScaling): LocalDecision {
  const due = supply.idle.filter(worker => nowMs - worker.idleSinceMs >= idleMs)
  if (due.length > 0)
    return {
      launch: 0,
      drain: due.map(worker => worker.workerId),
      reason: 'idle',
      text: `Ending ${workers(due.length)}: nothing to do for ${Math.round(idleMs / 1000)} s.`,
      lookAgainMs: null,
    }
  if (supply.idle.length === 0) return hold('none', 'Nothing waits.')
  const earliestMs = Math.min(...supply.idle.map(worker => worker.idleSinceMs)) + idleMs - nowMs
  return {
    ...hold('none', `Nothing waits; ${workers(supply.idle.length)} kept warm.`),
    lookAgainMs: earliestMs,
  }
}

function drainSurplus({ supply, max }: LocalScaling, total: number): LocalDecision {
  const longestIdleFirst = supply.idle.toSorted((a, b) => a.idleSinceMs - b.idleSinceMs)
  const drain = longestIdleFirst.slice(0, total - max).map(worker => worker.workerId)
  const text = `Ending ${workers(drain.length)}: only ${max} may run.`
  return { launch: 0, drain, reason: 'above_max', text, lookAgainMs: null }
}

const hold = (reason: LocalDecision['reason'], text: string): LocalDecision => ({
  launch: 0,
  drain: [],
  reason,
  text,
  lookAgainMs: null,
})

const jobs = (n: number): string => (n === 1 ? '1 job' : `${n} jobs`)
const workers = (n: number): string => (n === 1 ? '1 worker' : `${n} workers`)
