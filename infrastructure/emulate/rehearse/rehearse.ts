import { tailOf } from './programs.ts'
import { runSteps } from './run-steps.ts'
import { openScene, type Scene } from './scene.ts'
import type { Outcome, Step } from './step.ts'

export interface RehearseOptions {
  /** Where everything is written. The caller removes it. */
  readonly folder: string
  readonly steps: readonly Step[]
  readonly say: (line: string) => void
  readonly signal: AbortSignal
  /** Leave everything running after the last step, until the signal comes. */
  readonly keep?: boolean
}

export interface Rehearsed {
  readonly outcomes: readonly Outcome[]
  /** The first failed step with the end of its logs. */
  readonly failure: string | undefined
}

/** Plays the steps in a world of their own, and ends all that was started, however it goes. */
export async function rehearse(options: RehearseOptions): Promise<Rehearsed> {
  const { folder, steps, say, signal, keep = false } = options
  await using scene = await openScene({ folder, say })
  let failure: string | undefined
  const outcomes = await runSteps(steps, {
    play: (step, bound) => {
      scene.programs.nameLogsAfter(step.id)
      return step.play(scene, bound)
    },
    say,
    signal,
    onFailure: outcome => {
      failure ??= describe(scene, outcome)
    },
  })
  if (keep && !signal.aborted) {
    say(howToLook(scene))
    await aborted(signal)
  }
  say('\nEnding everything …')
  return { outcomes, failure }
}

function describe(scene: Scene, { step, note }: Outcome): string {
  const tails = scene.programs.recentLogs().map(file => `--- ${file}\n${tailOf(file)}`)
  return [`${step.title} (${step.id}) failed: ${note}`, ...tails].join('\n')
}

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise(resolve => {
    signal.addEventListener('abort', () => resolve(), { once: true })
  })

/** What a person can do while it stands there. */
function howToLook({ emulator, frontDoor, shell, folder, programs }: Scene): string {
  const exported = Object.entries(shell).filter(([name]) => /^(AWS_(?!PAGER)|BP_)/.test(name))
  const living = programs.living().map(({ name, pid, logFile }) => `  ${pid} ${name}: ${logFile}`)
  return [
    '\nEverything is left running. In another shell:',
    ...exported.map(([name, value]) => `  export ${name}=${value}`),
    `  export PATH=${(shell['PATH'] ?? '').split(':').slice(0, 3).join(':')}:$PATH`,
    `  curl --proxy ${frontDoor.url} "$(aws ssm get-parameter --name /bp/compute/api-url --query Parameter.Value --output text)/api/up"`,
    `The emulator is at ${emulator.endpoint}; logs and files lie in ${folder}. Processes:`,
    ...living,
    'Ctrl-C ends all of it.',
  ].join('\n')
}
