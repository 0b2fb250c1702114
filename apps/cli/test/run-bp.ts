/** Runs `bp` whole, in this process, and keeps what it prints. */
import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { main } from '../src/main.ts'
import { startStub, type StubBp } from './stub-bp.ts'

/** Must be found in no output. */
const secret = 'canary-5f2c9f0f5d3b4c7e'

export interface Printed {
  readonly code: number
  readonly out: string
  readonly err: string
}

export interface RunOptions {
  readonly terminal?: boolean
  readonly env?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
  /** Called with everything printed so far, each time something is. */
  readonly onPrint?: (all: string) => void
}

export interface Bench {
  readonly stub: StubBp
  /** A project with its data folder, in which `bp` is called. */
  readonly folder: string
  run(line: readonly string[], options?: RunOptions): Promise<Printed>
  /** Makes the stub the running instance, or nothing run. */
  running(is: boolean): Promise<void>
  close(): Promise<void>
}

/** A project whose running instance is a stub; its process is a child that does nothing. */
export async function openBench(): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'bp-cli-'))
  const stub = await startStub()
  await mkdir(join(folder, 'tools'))
  await mkdir(join(folder, '.bp'))
  const start = join(folder, 'tools', 'start.ts')
  await writeFile(start, 'setInterval(() => undefined, 60_000)\nconsole.log("up")\n')
  const child = spawn(process.execPath, [start], { stdio: ['ignore', 'pipe', 'inherit'] })
  await new Promise(resolve => child.stdout.once('data', resolve))
  const runFile = join(folder, '.bp', 'run.json')
  const running = async (is: boolean) => {
    if (!is) return rm(runFile, { force: true })
    const run = {
      pid: child.pid,
      started_at_ms: Date.now(),
      url: stub.url,
      files_url: stub.url,
      control_secret: secret,
      data: join(folder, '.bp'),
      engine_url: stub.url,
    }
    await writeFile(runFile, JSON.stringify(run))
  }
  await running(true)
  return {
    stub,
    folder,
    running,
    run: (line, options) => runBp(folder, line, options),
    close: async () => {
      const ended = new Promise(resolve => child.once('exit', resolve))
      child.kill('SIGKILL')
      await ended
      await stub.close()
      await rm(folder, { recursive: true })
    },
  }
}

/** Runs one command line in a folder. */
export async function runBp(
  folder: string,
  line: readonly string[],
  { terminal = false, env = {}, signal, onPrint }: RunOptions = {},
): Promise<Printed> {
  let out = ''
  let err = ''
  const sink = (keep: (text: string) => void) => ({
    write: (text: string) => {
      keep(text)
      onPrint?.(out + err)
    },
    isTerminal: terminal,
    columns: 100,
  })
  const code = await main({
    argv: line,
    env: { CI: '1', ...env },
    folder,
    streams: { out: sink(text => (out += text)), err: sink(text => (err += text)) },
    signal: signal ?? new AbortController().signal,
  })
  if ((out + err).includes(secret)) throw new Error('a secret was printed')
  return { code, out, err }
}
