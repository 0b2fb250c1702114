import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import {
  appendFileSync,
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  writeFileSync,
} from 'node:fs'
import { basename, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** SIGTERM first; a process that is still there after this time is killed. */
const endMsMax = 10_000
const tailChars = 2_500

interface Command {
  readonly program: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly cwd: string
}

/** How a program ended. */
export interface Ran {
  readonly code: number | null
  readonly out: string
  readonly said: string
}

/** A process that lives on until it is ended. */
export interface Kept {
  readonly name: string
  readonly pid: number
  readonly logFile: string
  /** Resolves with the exit code; null after a signal. */
  readonly ended: Promise<number | null>
  hasEnded(): boolean
  /** SIGTERM, and SIGKILL when that does not help. */
  end(): Promise<number | null>
}

interface KeepOptions {
  /** Every line that it writes, beside the log file. */
  readonly onLine?: (line: string) => void
}

export interface Programs {
  readonly logFolder: string
  /** Log files that are opened from now on carry this word. */
  nameLogsAfter(step: string): void
  /** Files that the current step opened, newest last. */
  recentLogs(): readonly string[]
  /** Runs to the end; an abort ends it. Never throws for an exit code. */
  run(command: Command, signal: AbortSignal): Promise<Ran>
  /** Starts it and keeps it; it ends with the rehearsal at the latest. */
  keep(name: string, command: Command, options?: KeepOptions): Kept
  /** The processes that are alive now. */
  living(): readonly Kept[]
  endAll(): Promise<void>
}

/** Starts the processes of a rehearsal, each in a group of its own, each with a log file, and ends what is left. */
export function createPrograms(logFolder: string): Programs {
  mkdirSync(logFolder, { recursive: true })
  const living = new Set<Kept>()
  let step = 'start'
  let count = 0
  let recent: string[] = []

  const newLog = (name: string): string => {
    const word = name.replaceAll(/[^a-zA-Z0-9.-]+/g, '-').slice(0, 40)
    const file = join(logFolder, `${String(++count).padStart(3, '0')}-${step}-${word}.log`)
    writeFileSync(file, '')
    recent.push(file)
    return file
  }

  return {
    logFolder,
    nameLogsAfter: name => {
      step = name
      recent = []
    },
    recentLogs: () => [...recent],
    run: async (command, signal) => {
      const file = newLog(`${basename(command.program)}-${basename(command.args[0] ?? '')}`)
      appendFileSync(file, `$ ${command.program} ${command.args.join(' ')}\n`)
      const child = begin(command, 'pipe')
      const texts = { out: '', said: '' }
      child.stdout?.setEncoding('utf8').on('data', (text: string) => {
        texts.out += text
        appendFileSync(file, text)
      })
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        texts.said += text
        appendFileSync(file, text)
      })
      const stop = (): void => void endChild(child)
      signal.addEventListener('abort', stop, { once: true })
      try {
        if (signal.aborted) stop()
        await once(child, 'close')
      } finally {
        signal.removeEventListener('abort', stop)
      }
      if (signal.aborted) throw new Error(`${basename(command.program)} was cut`)
      return { code: child.exitCode, ...texts }
    },
    keep: (name, command, { onLine } = {}) => {
      const logFile = newLog(name)
      const log = onLine === undefined ? openSync(logFile, 'a') : 'pipe'
      const child = begin(command, log)
      if (typeof log === 'number') closeSync(log)
      if (onLine !== undefined) tellLines(child, logFile, onLine)
      const ended = exitOf(child)
      const kept: Kept = {
        name,
        pid: child.pid ?? -1,
        logFile,
        ended,
        hasEnded: () => hasEnded(child),
        end: async () => {
          await endChild(child)
          return ended
        },
      }
      living.add(kept)
      void ended.then(() => living.delete(kept))
      return kept
    },
    living: () => [...living],
    endAll: async () => {
      await Promise.all([...living].map(kept => kept.end()))
    },
  }
}

/** The end of a log, for a failure's report. */
export const tailOf = (file: string): string => readFileSync(file, 'utf8').slice(-tailChars)

function begin({ program, args, env, cwd }: Command, output: 'pipe' | number): ChildProcess {
  const child = spawn(program, args, {
    cwd,
    env,
    // A group of its own: Ctrl-C reaches us alone, and we end everything in order.
    detached: true,
    stdio: ['ignore', output, output],
  })
  return child
}

function tellLines(child: ChildProcess, logFile: string, onLine: (line: string) => void): void {
  for (const stream of [child.stdout, child.stderr]) {
    let rest = ''
    stream?.setEncoding('utf8').on('data', (text: string) => {
      appendFileSync(logFile, text)
      const lines = (rest + text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '') onLine(line)
    })
  }
}

function exitOf(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once('exit', code => resolve(code))
    child.once('error', reject)
  })
}

const hasEnded = (child: ChildProcess): boolean =>
  child.exitCode !== null || child.signalCode !== null || child.pid === undefined

async function endChild(child: ChildProcess): Promise<void> {
  if (hasEnded(child)) return
  const ended = once(child, 'exit')
  signalGroup(child, 'SIGTERM')
  await Promise.race([ended, sleep(endMsMax, undefined, { ref: false })])
  if (hasEnded(child)) return
  signalGroup(child, 'SIGKILL')
  await ended
}

/** To the whole group: a tool may have children of its own. */
function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // It went by itself just now.
  }
}
