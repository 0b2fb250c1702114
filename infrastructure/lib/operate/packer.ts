/** Packer as a child. The image is known by the name that it was given, so nothing of its output has to be understood. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { OperateFault } from './fault.ts'
import { runTool, type Show } from './tool.ts'

const folder = join(import.meta.dirname, '../../packer')
const initMsMax = 300_000
const payloadMsMax = 600_000
/** Below the hour of the workflow's credentials, so that a builder that hangs is still ended by them. */
const buildMsMax = 3_000_000

type Environment = Readonly<Record<string, string | undefined>>

interface Host {
  readonly env: Environment
  readonly show: Show
}

export interface PackerRun {
  readonly half: 'build' | 'bake'
  /** By their names in variables.pkr.hcl. */
  readonly variables: Readonly<Record<string, string>>
}

/** Makes an image. Throws `tool_missing` or `tool_failed`; Packer itself ends the machine that it has started. */
export async function runPacker(
  env: Environment,
  show: Show,
  { half, variables }: PackerRun,
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'bp-packer-'))
  try {
    await packer({ env, show }, work, ['init', folder], initMsMax)
    const files = half === 'build' ? ['-var-file', await payload({ env, show }, work)] : []
    const given = Object.entries(variables).flatMap(([name, value]) => ['-var', `${name}=${value}`])
    await packer(
      { env, show },
      work,
      ['build', '-color=false', `-only=${half}.*`, ...files, ...given, folder],
      buildMsMax,
    )
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}

async function packer(
  host: Host,
  cwd: string,
  args: readonly string[],
  withinMs: number,
): Promise<void> {
  const { status } = await runTool('packer', args, { ...host, cwd, withinMs, showsOutput: true })
  if (status !== 0)
    throw new OperateFault(
      'tool_failed',
      `packer ${args[0] ?? ''} failed, and no image was made.`,
      'What it said stands above; docs/runbooks has the known causes.',
    )
}

/** What the builder is given: worker, Node, units. Answers the file of its variables. */
async function payload(host: Host, work: string): Promise<string> {
  const to = join(work, 'payload')
  const { status } = await runTool(process.execPath, [join(folder, 'assemble.ts'), to], {
    ...host,
    withinMs: payloadMsMax,
  })
  if (status !== 0)
    throw new OperateFault(
      'tool_failed',
      'The payload of the image could not be packed.',
      'What failed stands above: node infrastructure/packer/assemble.ts <folder>',
    )
  return join(to, 'payload.pkrvars.json')
}
