/** Programs that scripts start: they are found at run time, and their absence is told with what to install. */
import { spawn, spawnSync } from 'node:child_process'
import { OperateFault } from './fault.ts'

export interface Ended {
  readonly status: number
  readonly out: string
}

/** What is shown of a program while it runs, piece by piece. */
export type Show = (piece: string) => void

export interface ToolOptions {
  readonly show: Show
  /** All of it: nothing is added. */
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd?: string
  readonly withinMs: number
  /** Given to its standard input: the way for what must not stand in a list of processes. */
  readonly input?: string
  /** Its standard output is progress too, and shown as its standard error is. */
  readonly showsOutput?: boolean
}

/** Output that is kept for the caller; beyond it only people see it. */
const outCharsMax = 4_000_000

/**
 * Runs a program. Its standard error is shown, as progress; its standard output is handed back.
 * Throws `tool_missing` where there is none, and `timed_out` after killing it at the bound.
 */
export function runTool(
  program: string,
  args: readonly string[],
  { env, cwd, withinMs, input, show, showsOutput }: ToolOptions,
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd,
      env: { ...env },
      stdio: 'pipe',
      timeout: withinMs,
      killSignal: 'SIGTERM',
    })
    let out = ''
    child.stdout.setEncoding('utf8')
    child.stdout.on('data', (piece: string) => {
      if (showsOutput) show(piece)
      if (out.length < outCharsMax) out += piece
    })
    child.stderr.setEncoding('utf8')
    child.stderr.on('data', show)
    child.stdin.on('error', () => undefined)
    child.stdin.end(input ?? '')
    child.once('error', error => {
      reject(
        new OperateFault(
          'tool_missing',
          `${program} cannot be started.`,
          `Install ${program} and make sure that PATH finds it.`,
          error,
        ),
      )
    })
    child.once('close', (status, signal) => {
      if (signal === null) resolve({ status: status ?? 1, out })
      else
        reject(
          new OperateFault(
            'timed_out',
            `${program} was ended by ${signal}, after at most ${Math.round(withinMs / 1000)} s.`,
            'Look at what it said above, then run this again.',
          ),
        )
    })
  })
}

/** Bound of asking a program for its version. */
const probeMsMax = 15_000

/** The first of some programs that is there and answers; `undefined` where none is. */
export const findTool = <T extends string>(programs: readonly T[]): T | undefined =>
  programs.find(
    program =>
      spawnSync(program, ['version'], { stdio: 'ignore', timeout: probeMsMax }).status === 0,
  )
