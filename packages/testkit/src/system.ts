import { spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { machine } from './config/env.ts'

const rootFolder = resolve(import.meta.dirname, '../../..')
const readyMsMax = 40_000
const stopMsMax = 40_000

/** The whole system of `npm start`, as a real process on free ports in a folder of its own. */
export interface RunningSystem extends AsyncDisposable {
  readonly url: string
  readonly filesUrl: string
  readonly engineUrl: string
  readonly controlSecret: string
  readonly dataFolder: string
  /** The sign-in link that it printed. */
  readonly link: string
  readonly pid: number
  /** All that it said so far. */
  said(): string
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>
  /** SIGKILL: as a power cut would. Children live on and are adopted or ended by the next start. */
  kill(): Promise<void>
}

/**
 * Starts the system and waits until it has printed its link. With `dataFolder`, on that folder (which then stays);
 * else on a fresh one that goes away with it.
 */
export async function startSystem(
  options: { readonly dataFolder?: string; readonly env?: Readonly<Record<string, string>> } = {},
): Promise<RunningSystem> {
  const dataFolder = options.dataFolder ?? mkdtempSync(join(tmpdir(), 'bp-system-'))
  const child = spawn(process.execPath, [join(rootFolder, 'tools/start.ts')], {
    cwd: rootFolder,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      ...machine(),
      BP_PORT: '0',
      BP_NO_OPEN: '1',
      ...options.env,
      BP_DATA: dataFolder,
    },
  })
  let said = ''
  const link = await new Promise<string>((done, fail) => {
    const late = setTimeout(
      () => fail(new Error(`the system did not start in time:\n${said}`)),
      readyMsMax,
    )
    child.once('exit', code => fail(new Error(`the system ended with code ${code}:\n${said}`)))
    for (const stream of [child.stdout, child.stderr]) {
      if (!stream) continue
      createInterface({ input: stream }).on('line', line => {
        said += `${line}\n`
        const found = /http:\/\/\S+\/start#\S+/.exec(line)
        if (!found) return
        clearTimeout(late)
        done(found[0])
      })
    }
  })
  const run = readRun(dataFolder)
  const ended = exitOf(child)
  const stop = async (): Promise<number | null> => {
    child.kill('SIGTERM')
    const late = setTimeout(() => child.kill('SIGKILL'), stopMsMax)
    const code = await ended
    clearTimeout(late)
    return code
  }
  return {
    ...run,
    dataFolder,
    link,
    pid: child.pid ?? 0,
    said: () => said,
    stop,
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) await stop()
      if (options.dataFolder === undefined)
        rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise(done => {
    if (child.exitCode !== null || child.signalCode !== null) return done(child.exitCode)
    child.once('exit', code => done(code))
  })
}

function readRun(dataFolder: string): {
  url: string
  filesUrl: string
  engineUrl: string
  controlSecret: string
} {
  const file = join(dataFolder, 'run.json')
  if (!existsSync(file)) throw new Error(`there is no ${file}`)
  const run: unknown = JSON.parse(readFileSync(file, 'utf8'))
  const field = (name: string): string => {
    const value: unknown =
      typeof run === 'object' && run !== null ? Reflect.get(run, name) : undefined
    if (typeof value !== 'string') throw new Error(`${file} has no ${name}`)
    return value
  }
  return {
    url: field('url'),
    filesUrl: field('files_url'),
    engineUrl: field('engine_url'),
    controlSecret: field('control_secret'),
  }
}
