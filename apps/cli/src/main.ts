/** From a command line to an exit code. Everything from outside comes in as an argument, so tests run it whole. */
import { readEnv } from './config/env.ts'
import { exitCodes, type ExitCode } from './exit-codes.ts'
import { explainError } from './explain-error.ts'
import { hostFor, type Streams } from './hosts/host.ts'
import { typedInput } from './input/typed-input.ts'
import { parseCommandLine } from './program.ts'
import { wrongUsage } from './refusal.ts'
import { verbContext } from './verb-context.ts'

export interface Surroundings {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly folder: string
  readonly streams: Streams
  /** Aborted by the first Ctrl-C. */
  readonly signal: AbortSignal
}

/** Runs one command and answers the exit code. Never throws, never ends the process. */
export async function main({
  argv,
  env,
  folder,
  streams,
  signal,
}: Surroundings): Promise<ExitCode> {
  const settings = readEnv(env)
  const host = hostFor(streams, argv.includes('--json'), settings.style)
  const parsed = parseCommandLine(argv, streams.out.columns)
  if (parsed.kind === 'help') {
    streams.out.write(parsed.text)
    return exitCodes.ok
  }
  if (parsed.kind === 'usage') {
    host.refusal(wrongUsage(parsed.message, parsed.next))
    return exitCodes.usage
  }
  try {
    const context = verbContext(settings, folder, signal, streams.out.isTerminal)
    const { run } = await parsed.verb.load()
    const running = run(typedInput(parsed.args, parsed.options), context)
    for (;;) {
      const step = await running.next()
      if (step.done === true) {
        host.result(step.value)
        return step.value.exit ?? exitCodes.ok
      }
      host.message(step.value)
    }
  } catch (error) {
    const refusal = explainError(error, signal)
    host.refusal(refusal)
    return refusal.exit
  }
}
