/** What `/api/ready` says about the parts of this process. */
export interface Part {
  readonly name: string
  readonly status: 'ok' | 'warn' | 'fail'
  readonly text: string
}

export interface Health {
  /** A loop's tick went well, or failed. */
  ticked(loop: string, outcome: 'ok' | 'failed'): void
  /** A part of which only its latest word matters: seeds, engine, fleet. */
  say(part: Part): void
  parts(): readonly Part[]
}

/** A loop that goes on failing is `fail` after this long without a good round; one bad round alone never is. */
const staleMs = 60_000

interface LoopState {
  readonly okAtMs: number
  /** Failed rounds since the last good one. */
  readonly failures: number
}

export function createHealth(nowMs: () => number): Health {
  const loops = new Map<string, LoopState>()
  const said = new Map<string, Part>()
  return {
    ticked: (loop, outcome) => {
      const before = loops.get(loop) ?? { okAtMs: nowMs(), failures: 0 }
      loops.set(
        loop,
        outcome === 'ok'
          ? { okAtMs: nowMs(), failures: 0 }
          : { ...before, failures: before.failures + 1 },
      )
    },
    say: part => void said.set(part.name, part),
    parts: () => [...said.values(), ...loopsPart(loops, nowMs())],
  }
}

/** All loops as one part: how many run, or the failing ones by name, with the status of the worst. */
function loopsPart(loops: ReadonlyMap<string, LoopState>, nowMs: number): readonly Part[] {
  if (loops.size === 0) return []
  const failing = [...loops].filter(([, { failures }]) => failures > 0)
  if (failing.length === 0) {
    const text = loops.size === 1 ? '1 loop runs.' : `${loops.size} loops run.`
    return [{ name: 'loops', status: 'ok', text }]
  }
  const isStale = failing.some(
    ([, { failures, okAtMs }]) => failures > 1 && nowMs - okAtMs > staleMs,
  )
  const sentences = failing.map(([name, { failures, okAtMs }]) => {
    const what =
      failures === 1 ? 'its last round has failed' : `${failures} rounds in a row have failed`
    return `${name}: ${what}; the last good one was ${Math.round((nowMs - okAtMs) / 1000)} s ago.`
  })
  return [{ name: 'loops', status: isStale ? 'fail' : 'warn', text: sentences.join(' ') }]
}
