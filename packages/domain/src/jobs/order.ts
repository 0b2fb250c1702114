/**
 * Fairness is a number given at submit: the pass, in virtual milliseconds of machine time.
 * Claims then are one index range read; no per-user state is looked at.
 */
const costMsMin = 1_000
const costMsMax = 3_600_000

/** One user's line in a fleet and priority. */
export interface Line {
  /** The pass after the user's last job. */
  readonly nextPass: number
  /** The user has nothing that waits in the line or runs. */
  readonly idle: boolean
  /** 100 is an ordinary share; 300 gets three times the machine time. */
  readonly weight: number
}

/**
 * Gives passes to new jobs of one user. `floor` is the smallest pass of what the fleet granted last, so a
 * newcomer joins at the head, and somebody who was away (or canceled everything) saves up no claim.
 * `costsMs` are estimated run times, clamped to 1 s … 1 h so that one odd estimate cannot bend the line.
 */
export function reserve(
  line: Line,
  floor: number,
  costsMs: readonly number[],
): { readonly passes: readonly number[]; readonly next: number } {
  let next = line.idle ? floor : Math.max(floor, line.nextPass)
  const passes: number[] = []
  for (const costMs of costsMs) {
    passes.push(next)
    next += stepOf(costMs, line.weight)
  }
  return { passes, next }
}

function stepOf(costMs: number, weight: number): number {
  const clampedMs = Math.min(costMsMax, Math.max(costMsMin, costMs))
  // Passes rest in integer columns, and a step of 0 would let one user stand still at the head.
  return Math.max(1, Math.round((clampedMs * 100) / weight))
}

/** The floor after a grant: it never falls. */
export const raiseFloor = (floor: number, granted: readonly number[]): number =>
  granted.length === 0 ? floor : Math.max(floor, Math.min(...granted))

/** Place in the line: priority, then pass, then age (an id is its own time). */
export function inOrder(
  a: { readonly prio: number; readonly pass: number; readonly jobId: bigint },
  b: { readonly prio: number; readonly pass: number; readonly jobId: bigint },
): number {
  if (a.prio !== b.prio) return a.prio - b.prio
  if (a.pass !== b.pass) return a.pass - b.pass
  if (a.jobId === b.jobId) return 0
  return a.jobId < b.jobId ? -1 : 1
}
