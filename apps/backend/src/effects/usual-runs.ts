/** How long the runs of each effect usually take, told from the newest jobs and remembered for half a minute. */
import type { EffectId } from '@bp/contracts/ids'

/** Half of the runs are done within the first, nine of ten within the second. Milliseconds. */
export type UsualRun = [number, number]

export interface UsualRuns {
  /** Effects with too few runs to tell from are not in it. */
  all(): Promise<ReadonlyMap<EffectId, UsualRun>>
}

const rememberMs = 30_000
/** Fewer runs say nothing about the next one. */
const runsMin = 3

/** `look` answers the run times of each effect, in milliseconds; it is asked once per half a minute and process. */
export function createUsualRuns(
  look: () => Promise<ReadonlyMap<EffectId, readonly number[]>>,
  nowMs: () => number,
): UsualRuns {
  let known: { readonly runs: ReturnType<UsualRuns['all']>; readonly untilMs: number } | undefined
  return {
    all: () => {
      if (known !== undefined && known.untilMs > nowMs()) return known.runs
      const runs = look().then(times => {
        const usual = [...times].flatMap(([id, own]): [EffectId, UsualRun][] => {
          const found = usualOf(own)
          return found === null ? [] : [[id, found]]
        })
        return new Map(usual)
      })
      const mine = { runs, untilMs: nowMs() + rememberMs }
      known = mine
      runs.catch(() => {
        if (known === mine) known = undefined
      })
      return runs
    },
  }
}

/** [p50, p90] by nearest rank; null below three runs. */
export function usualOf(times: readonly number[]): UsualRun | null {
  if (times.length < runsMin) return null
  const sorted = times.toSorted((a, b) => a - b)
  const at = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? 0
  return [at(0.5), at(0.9)]
}
