import { mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { startEmulator, type Emulator } from '../start-emulator.ts'
import { openCloud, type Cloud } from './cloud.ts'
import { openFrontDoor, type FrontDoor } from './front-door.ts'
import { createHosts, type Hosts } from './hosts/hosts.ts'
import { createNotebook, type Notebook } from './notebook.ts'
import { cdkProgram, cliProgram, repositoryRoot, shimFolder } from './places.ts'
import { createPrograms, type Programs, type Ran } from './programs.ts'

/** Everything that the steps of one rehearsal share. */
export interface Scene extends AsyncDisposable {
  /** All that is written lies below it. */
  readonly folder: string
  readonly emulator: Emulator
  readonly programs: Programs
  readonly cloud: Cloud
  readonly notebook: Notebook
  readonly frontDoor: FrontDoor
  /** The processes that run where tasks and machines of AWS would. */
  readonly hosts: Hosts
  /** The environment of the operator's shell. */
  readonly shell: Readonly<Record<string, string>>
  /** Where the CDK app was synthesised to, once. */
  readonly assembly: string
  /** Progress of a long step. */
  readonly say: (line: string) => void
  /** Runs a program as the operator would; throws with the end of what it said when it fails. */
  readonly type: (
    program: string,
    args: readonly string[],
    signal: AbortSignal,
    more?: TypeOptions,
  ) => Promise<Ran>
  /** Something that has to be closed at the end, after all processes and before the emulator. */
  readonly closeAtEnd: (close: () => Promise<void>) => void
}

export interface TypeOptions {
  readonly env?: Readonly<Record<string, string>>
  /** Throws for any other exit code. */
  readonly code?: number
}

export interface SceneOptions {
  readonly folder: string
  readonly say: (line: string) => void
}

/** The installation that is rehearsed: the recommended shape, with roles for workflows. */
export const installation = {
  shape: 'recommended',
  region: 'us-east-1',
  alert_email: 'ops@example.com',
  budget_usd_month: 400,
  github: { subject: 'repo:acme@1/bp@2:environment:production', repository_id: '2' },
  fleets: [],
} as const

const saidMax = 1_500

/** Names of AWS lead to the emulator by an HTTP proxy: for Node, and for curl. */
const nameService = ({ url }: FrontDoor): Readonly<Record<string, string>> => ({
  http_proxy: url,
  no_proxy: '127.0.0.1,localhost',
  NODE_USE_ENV_PROXY: '1',
})

/** Starts the emulator and all that every rehearsal needs. Disposing ends everything that it started, in reverse. */
export async function openScene({ folder, say }: SceneOptions): Promise<Scene> {
  await using opened = new AsyncDisposableStack()
  const configFile = join(folder, 'config.json')
  await mkdir(folder, { recursive: true })
  await writeFile(configFile, JSON.stringify(installation, null, 2))
  const programs = createPrograms(join(folder, 'logs'))
  const frontDoor = opened.use(await openFrontDoor())
  const names = nameService(frontDoor)
  const emulator = opened.use(await startEmulator({ folder: join(folder, 'emulator') }))
  frontDoor.leadTo(emulator.endpoint)
  // Last of all: whoever uses them ends in order only while they are there.
  const late = opened.use(new AsyncDisposableStack())
  opened.defer(() => programs.endAll())
  const assembly = join(folder, 'cdk.out')
  const shell = {
    ...emulator.env,
    ...names,
    PATH: [shimFolder, emulator.env['PATH'] ?? ''].join(delimiter),
    BP_INFRA_CONFIG: configFile,
    // What the programs in shims/ stand before.
    BP_SHIM_AWS: join(folder, 'emulator/bin/aws'),
    BP_SHIM_CDK: cdkProgram,
    BP_SHIM_BP: cliProgram,
    BP_SHIM_ASSEMBLY: assembly,
  }
  const cloud = openCloud(emulator)
  const notebook = createNotebook()
  const hosts = opened.use(
    await createHosts({ emulator, folder, programs, cloud, notebook, names, shell, say }),
  )
  const type: Scene['type'] = async (program, args, signal, { env = {}, code = 0 } = {}) => {
    const ran = await programs.run(
      { program, args, env: { ...shell, ...env }, cwd: repositoryRoot },
      signal,
    )
    if (ran.code === code) return ran
    const said = (ran.said.trim() === '' ? ran.out : ran.said).trim().slice(-saidMax)
    throw new Error(`${[program, ...args].join(' ')} ended with ${ran.code}:\n${said}`)
  }
  const all = opened.move()
  return {
    folder,
    emulator,
    programs,
    cloud,
    notebook,
    frontDoor,
    hosts,
    shell,
    assembly,
    say,
    type,
    closeAtEnd: close => late.defer(close),
    [Symbol.asyncDispose]: () => all.disposeAsync(),
  }
}
