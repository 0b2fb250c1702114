/** The CDK's command line tool as a child: one synth into a folder of its own, then as many calls as are needed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { OperateFault } from './fault.ts'
import { runTool, type Show } from './tool.ts'

const root = join(import.meta.dirname, '../../..')
const program = fileURLToPath(import.meta.resolve('aws-cdk/bin/cdk'))

const synthMsMax = 300_000
const diffMsMax = 300_000
/** A database takes its time; workflows are cut at an hour anyway, with their credentials. */
const deployMsMax = 3_300_000

export interface Assembly extends AsyncDisposable {
  /** What a deploy would change, for people. */
  diff(stack: string): Promise<string>
  deploy(stack: string, parameters?: Readonly<Record<string, string>>): Promise<void>
  destroy(stack: string): Promise<void>
}

/**
 * Synthesizes the installation of a configuration file. Throws `tool_failed` when it is not valid; what is wrong with it
 * then stands in the progress.
 */
export async function openAssembly(
  env: Readonly<Record<string, string | undefined>>,
  configFile: string,
  show: Show,
): Promise<Assembly> {
  const folder = await mkdtemp(join(tmpdir(), 'bp-assembly-'))
  const close = () => rm(folder, { recursive: true, force: true })
  const environment = {
    ...env,
    // The app is started as `node`, and it has to be this one.
    PATH: [dirname(process.execPath), env['PATH'] ?? ''].join(delimiter),
    BP_INFRA_CONFIG: configFile,
    CDK_DISABLE_CLI_TELEMETRY: 'true',
  }
  const must = async (
    [what = '', ...args]: readonly string[],
    withinMs: number,
    isShown: boolean,
  ): Promise<string> => {
    // With --ci all goes to standard output, whatever the tool thinks of where it runs.
    const words = [program, what, ...args, '--ci', '--no-notices', '--no-color']
    const how = { cwd: root, env: environment, show, withinMs, showsOutput: isShown }
    const { status, out } = await runTool(process.execPath, words, how)
    if (status === 0) return out
    if (!isShown) show(out)
    throw new OperateFault(
      'tool_failed',
      `cdk ${what} failed.`,
      'What it said stands above. CloudFormation has undone what it began; run this again when the cause is gone.',
    )
  }
  try {
    await must(['synth', '--quiet', '--output', folder], synthMsMax, false)
  } catch (error) {
    await close()
    throw error
  }
  const alone = (stack: string) => [stack, '--exclusively', '--app', folder]
  return {
    // By template: a change set would ask for parameters that other stacks of the same run have yet to write.
    diff: stack => must(['diff', ...alone(stack), '--method=template'], diffMsMax, false),
    deploy: async (stack, parameters = {}) => {
      const given = Object.entries(parameters).flatMap(([name, value]) => [
        '--parameters',
        `${stack}:${name}=${value}`,
      ])
      const how = ['--require-approval', 'never', '--progress', 'events', ...given]
      await must(['deploy', ...alone(stack), ...how], deployMsMax, true)
    },
    destroy: async stack => {
      await must(['destroy', ...alone(stack), '--force'], deployMsMax, true)
    },
    [Symbol.asyncDispose]: close,
  }
}
