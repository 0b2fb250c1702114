/** Builds the images of the services with whatever builder is there. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assemble } from '../../docker/assemble.ts'
import { OperateFault } from './fault.ts'
import { sbomOf } from './sbom.ts'
import type { Say } from './script.ts'
import type { ServiceName } from './service.ts'
import { findTool, runTool, type Show } from './tool.ts'

const builders = ['docker', 'buildah'] as const
export type Builder = (typeof builders)[number]

type Environment = Readonly<Record<string, string | undefined>>

const buildMsMax = 900_000
const folder = join(import.meta.dirname, '../../docker')
const root = join(import.meta.dirname, '../../..')

/** The builder that answers on this machine. Throws `no_builder`. */
export function findBuilder(): Builder {
  const found = findTool(builders)
  if (found !== undefined) return found
  throw new OperateFault(
    'no_builder',
    `Neither ${builders.join(' nor ')} answers on this machine.`,
    'apt-get install buildah crun, or install Docker and start it.',
  )
}

/** How an image is called on this machine, until it is pushed. */
export const localName = (service: ServiceName, tag: string): string =>
  `localhost/bp-${service}:${tag}`

/** The call that builds one image. Nothing is run while it is built, so any machine builds it for arm64. */
export function buildArgs(
  builder: Builder,
  {
    service,
    tag,
    context,
  }: { readonly service: ServiceName; readonly tag: string; readonly context: string },
): readonly string[] {
  const how = builder === 'docker' ? [] : ['--format', 'docker', '--layers=false']
  const file = join(folder, `${service}.Dockerfile`)
  return [
    ['build', ...how, '--platform', 'linux/arm64', '--build-arg', `BP_COMMIT=${tag}`],
    ['--file', file, '--tag', localName(service, tag), context],
  ].flat()
}

/** Builds one image, and writes what is in it to `<out>/sbom-<service>.json`. */
export async function buildImage(
  builder: Builder,
  {
    service,
    tag,
    out,
  }: { readonly service: ServiceName; readonly tag: string; readonly out: string },
  { env, show }: { readonly env: Environment; readonly show: Show },
  say: Say,
): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), 'bp-image-'))
  try {
    const context = join(work, 'tree')
    say(`bp-${service}: is assembled.`)
    await assemble(service, context, 'linux-arm64')
    await writeFile(
      join(out, `sbom-${service}.json`),
      `${JSON.stringify(await sbomOf(root, service, tag), undefined, 2)}\n`,
    )
    say(`bp-${service}: is built by ${builder}.`)
    const { status } = await runTool(builder, buildArgs(builder, { service, tag, context }), {
      env,
      show,
      withinMs: buildMsMax,
      showsOutput: true,
    })
    if (status !== 0)
      throw new OperateFault(
        'tool_failed',
        `${builder} could not build bp-${service}.`,
        'What it said stands above.',
      )
  } finally {
    await rm(work, { recursive: true, force: true })
  }
}
