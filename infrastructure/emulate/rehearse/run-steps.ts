import { messageOf } from './message-of.ts'
import type { Outcome, Step } from './step.ts'

interface RunOptions {
  /** Plays one step in its world. */
  readonly play: (step: Step, signal: AbortSignal) => Promise<string | undefined>
  readonly say: (line: string) => void
  readonly signal: AbortSignal
  /** Called while the logs of the failed step are still the recent ones. */
  readonly onFailure?: (outcome: Outcome) => void
}

/**
 * Plays steps one after the other. A failed one does not end the rest: those that need it are not reached, the others
 * still tell what they have to tell. An abort ends everything.
 */
export async function runSteps(
  steps: readonly Step[],
  { play, say, signal, onFailure }: RunOptions,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = []
  const passed = new Set<string>()
  let chapter = ''
  for (const step of steps) {
    if (step.chapter !== chapter) say(`\n${(chapter = step.chapter)}`)
    const missing = step.needs.filter(id => !passed.has(id))
    const outcome =
      signal.aborted || missing.length > 0
        ? notReached(step, signal.aborted ? 'interrupted' : `needs ${missing.join(', ')}`)
        : await playOne(step, { play, say, signal })
    if (outcome.result === 'passed') passed.add(step.id)
    if (outcome.result === 'failed') onFailure?.(outcome)
    outcomes.push(outcome)
    say(line(outcome))
  }
  return outcomes
}

const notReached = (step: Step, note: string): Outcome => ({
  step,
  result: 'not reached',
  seconds: 0,
  note,
})

async function playOne(step: Step, { play, say, signal }: RunOptions): Promise<Outcome> {
  if (step.command !== undefined) say(`      $ ${step.command}`)
  const startedMs = performance.now()
  const seconds = (): number => (performance.now() - startedMs) / 1_000
  const bound = AbortSignal.timeout(step.secondsMax * 1_000)
  try {
    const note = await play(step, AbortSignal.any([signal, bound]))
    return { step, result: 'passed', seconds: seconds(), note: note ?? '' }
  } catch (error) {
    const note = bound.aborted
      ? `not done within ${step.secondsMax} s: ${messageOf(error)}`
      : messageOf(error)
    return { step, result: 'failed', seconds: seconds(), note }
  }
}

const marks = { passed: 'ok  ', failed: 'FAIL', 'not reached': '-   ' } as const

const line = ({ step, result, seconds, note }: Outcome): string =>
  `${marks[result]}  ${step.title} (${step.id}, ${seconds.toFixed(1)} s)${note === '' ? '' : `\n      ${note.replaceAll('\n', '\n      ')}`}`

/** The named steps or chapters with everything they need, in the order of the list. Throws for an unknown name. */
export function choose(steps: readonly Step[], names: readonly string[]): readonly Step[] {
  if (names.length === 0) return steps
  const byId = new Map(steps.map(step => [step.id, step]))
  const chosen = new Set<string>()
  const take = (step: Step): void => {
    if (chosen.has(step.id)) return
    chosen.add(step.id)
    for (const id of step.needs) take(found(byId, id))
  }
  for (const name of names) {
    const ofChapter = steps.filter(step => step.chapter === name)
    for (const step of ofChapter.length > 0 ? ofChapter : [found(byId, name)]) take(step)
  }
  return steps.filter(step => chosen.has(step.id))
}

function found(byId: ReadonlyMap<string, Step>, id: string): Step {
  const step = byId.get(id)
  if (step === undefined) throw new Error(`There is no step "${id}"; --list names them all.`)
  return step
}
