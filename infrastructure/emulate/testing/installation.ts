import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { names } from '@bp/contracts/names'
import type { Emulator } from '../start-emulator.ts'

const root = join(import.meta.dirname, '../../..')
const cdk = fileURLToPath(import.meta.resolve('aws-cdk/bin/cdk'))

const runMsMax = 120_000

export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly said: string
}

/** Runs a program against the emulator; what it prints is kept, how it ends is the caller's to judge. */
export async function run(
  emulator: Emulator,
  command: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...emulator.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: runMsMax,
  })
  const [out, said, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close'),
  ])
  return { code: typeof code === 'number' ? code : null, out, said }
}

/**
 * The answer of the AWS command line tool for `aws <command> --flag value …`. Throws what it said when it refused.
 */
export async function aws(
  emulator: Emulator,
  command: string,
  flags: Readonly<Record<string, string>> = {},
  ...rest: readonly string[]
): Promise<unknown> {
  const given = Object.entries(flags).flatMap(([name, value]) => [`--${name}`, value])
  const args = [...command.split(' '), ...rest, ...given, '--output', 'json']
  const { code, out, said } = await run(emulator, 'aws', args)
  if (code !== 0) throw new Error(`aws ${args.join(' ')} ended with ${code}: ${said}`)
  return out.trim() === '' ? undefined : JSON.parse(out)
}

const fleets = [
  { stage: 'staging', slug: 'portraits', instance_types: ['g6.xlarge'], max: 2 },
  { stage: 'production', slug: 'portraits', instance_types: ['g6.xlarge', 'g5.xlarge'], max: 4 },
] as const

const Template = z.looseObject({
  Resources: z.record(
    z.string(),
    z.looseObject({ Type: z.string(), DeletionPolicy: z.string().optional() }),
  ),
})
type Resources = z.infer<typeof Template>['Resources']

export type ShapeName = 'recommended' | 'cheapest'

/** Templates of one synth, and the real command line tool over them. */
export class Installation {
  /** In the order of the guide. */
  static readonly stacks: readonly string[] = [
    names.stacks.cicd,
    names.stacks.network,
    names.stacks.data,
    names.stacks.compute,
    names.stacks.monitoring,
    names.stacks.gpuShared,
    ...fleets.map(({ stage, slug }) => names.stacks.gpuFleet(stage, slug)),
  ]

  readonly #emulator: Emulator
  readonly #assembly: string

  private constructor(emulator: Emulator, assembly: string) {
    this.#emulator = emulator
    this.#assembly = assembly
  }

  /** Synthesizes all stacks with the same fleet in both stages, with nothing of AWS in reach but the emulator. */
  static async synthesize(
    emulator: Emulator,
    folder: string,
    shape: ShapeName = 'recommended',
  ): Promise<Installation> {
    await mkdir(folder, { recursive: true })
    const config = join(folder, 'config.json')
    const document = {
      shape,
      account: emulator.account,
      region: emulator.region,
      alert_email: 'ops@example.com',
      budget_usd_month: 400,
      github: { subject: 'repo:acme@1/bp@2:environment:production', repository_id: '2' },
      media_public_key:
        '-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE\n-----END PUBLIC KEY-----',
      fleets,
    }
    await writeFile(config, JSON.stringify(document))
    const assembly = join(folder, 'cdk.out')
    const { code, said } = await run(
      emulator,
      process.execPath,
      [cdk, 'synth', '--quiet', '--no-notices', '--output', assembly],
      { BP_INFRA_CONFIG: config },
    )
    if (code !== 0) throw new Error(`cdk synth ended with ${code}: ${said}`)
    return new Installation(emulator, assembly)
  }

  /** Runs the CDK over the finished templates. Throws what it said when it failed. */
  async cdk(verb: string, ...args: readonly string[]): Promise<string> {
    const all = [cdk, verb, '--app', this.#assembly, '--no-notices', ...args]
    const { code, out, said } = await run(this.#emulator, process.execPath, all)
    if (code !== 0) throw new Error(`cdk ${verb} ${args.join(' ')} ended with ${code}: ${said}`)
    return out + said
  }

  bootstrap(): Promise<string> {
    return this.cdk('bootstrap', `aws://${this.#emulator.account}/${this.#emulator.region}`)
  }

  deploy(stack: string, ...args: readonly string[]): Promise<string> {
    return this.cdk('deploy', stack, '--exclusively', '--require-approval', 'never', ...args)
  }

  destroy(stack: string): Promise<string> {
    return this.cdk('destroy', stack, '--exclusively', '--force')
  }

  /** All stacks by one command, which knows their order: for tests of what comes after. */
  async deployAll(): Promise<void> {
    await this.bootstrap()
    await this.cdk('deploy', '--all', '--require-approval', 'never')
  }

  async resources(stack: string): Promise<Resources> {
    const file = join(this.#assembly, `${stack}.template.json`)
    return Template.parse(JSON.parse(await readFile(file, 'utf8'))).Resources
  }
}
