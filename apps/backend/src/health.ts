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

/** A loop without a good tick for this long is named. */
const staleMs = 60_000

export function createHealth(nowMs: () => number): Health {
  const loops = new Map<string, { okAtMs: number; failures: number }>()
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
    parts: () => [
      ...said.values(),
      ...[...loops].map(([name, { okAtMs, failures }]): Part => {
        const silentS = Math.round((nowMs() - okAtMs) / 1000)
        if (failures === 0)
          return { name: `loop ${name}`, status: 'ok', text: 'Its last round went well.' }
        return {
          name: `loop ${name}`,
          status: nowMs() - okAtMs > staleMs ? 'fail' : 'warn',
          text: `${failures} rounds in a row have failed; the last good one was ${silentS} s ago.`,
        }
      }),
    ],
  }
}
