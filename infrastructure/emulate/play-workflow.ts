import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { parse } from 'yaml'

const root = join(import.meta.dirname, '../..')
const act = join(root, '.venv/bin/act')

export interface Play {
  /** File in `.github/workflows`. */
  readonly workflow: string
  readonly inputs: Readonly<Record<string, string>>
  /** Environment of an emulator, whole: nothing else of this machine reaches the steps. */
  readonly env: Readonly<Record<string, string>>
  /** Variables of the repository (`vars.*`). */
  readonly vars?: Readonly<Record<string, string>>
  /** What the token says of who runs this; the roles' trust compares it. */
  readonly claims?: Readonly<Record<string, string>>
  /** Commit that is played. */
  readonly sha?: string
  readonly withinMs?: number
  /** Ends the runner; the play then throws. */
  readonly signal?: AbortSignal
}

export interface Played {
  readonly ok: boolean
  /** What the runner and the steps said. */
  readonly log: string
}

const withinMsDefault = 300_000

/**
 * Plays one workflow on this machine, step by step, with its actions replaced by those of `actions/`. Everything it
 * writes lies in a folder that is gone afterwards. A failed step is an answer (`ok: false`); a runner that cannot start
 * or does not end within `withinMs` throws or answers false with what it said.
 */
export async function playWorkflow(play: Play): Promise<Played> {
  const folder = await mkdtemp(join(tmpdir(), 'bp-play-'))
  try {
    const file = join(root, '.github/workflows', play.workflow)
    const event = join(folder, 'event.json')
    await writeFile(event, JSON.stringify({ inputs: play.inputs }))
    // The runner takes variables and environment from files: nothing of them shows in a list of processes.
    const variables = join(folder, 'variables')
    await writeFile(variables, dotenv(play.vars ?? {}))
    const environment = join(folder, 'environment')
    await writeFile(environment, dotenv(stepEnvironment(play, folder)))
    const args = [
      'workflow_dispatch',
      ['--workflows', file, '--eventpath', event],
      ['--var-file', variables, '--env-file', environment, '--secret-file', '/dev/null'],
      // Steps run as processes of this machine, in a folder that the stand-in of checkout fills.
      ['--platform', 'ubuntu-latest=-self-hosted', '--no-skip-checkout'],
      ['--action-offline-mode', '--action-cache-path', join(folder, 'actions')],
      await standIns(file),
    ].flat()
    return await run(args, {
      cwd: root,
      // It only finds the steps' programs by its own PATH.
      env: { HOME: folder, XDG_CACHE_HOME: join(folder, 'cache'), PATH: pathOf(play.env) },
      timeout: play.withinMs ?? withinMsDefault,
      ...(play.signal !== undefined && { signal: play.signal }),
    })
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const pathOf = (env: Readonly<Record<string, string>>): string =>
  [dirname(process.execPath), env['PATH'] ?? ''].join(delimiter)

function stepEnvironment(play: Play, folder: string): Readonly<Record<string, string>> {
  return {
    HOME: folder,
    ...play.env,
    BP_PLAYED_TREE: root,
    BP_PLAYED_CLAIMS: JSON.stringify(play.claims ?? {}),
    ...(play.sha !== undefined && { GITHUB_SHA: play.sha }),
  }
}

/** A file of NAME="value" lines. */
const dotenv = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${name}='${value.replaceAll("'", String.raw`\'`)}'\n`)
    .join('')

/** For each action that the workflow uses, at the very commit, the folder that stands in for it. */
async function standIns(file: string): Promise<string[]> {
  const workflow: unknown = parse(await readFile(file, 'utf8'))
  const used = [...JSON.stringify(workflow).matchAll(/"uses":"([^/"]+\/([^@/"]+)@[^"]+)"/g)]
  return used.flatMap(([, use = '', action = '']) => [
    '--local-repository',
    `${use}=${join(import.meta.dirname, 'actions', action)}`,
  ])
}

function run(
  args: readonly string[],
  options: {
    readonly cwd: string
    readonly env: Record<string, string>
    readonly timeout: number
    readonly signal?: AbortSignal
  },
): Promise<Played> {
  return new Promise((resolve, reject) => {
    const child = spawn(act, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] })
    let log = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece: Buffer) => (log += piece.toString()))
    child.once('error', reject)
    child.once('close', code => resolve({ ok: code === 0, log }))
  })
}
