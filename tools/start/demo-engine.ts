import { spawn, type ChildProcess } from 'node:child_process'
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { rootFolder } from './settings.ts'

export interface DemoEngine {
  readonly url: string
  close(): Promise<void>
}

/** An engine that dies is started again, after 0.2 s doubling to 5 s; one that lived for a minute counts afresh. */
const restartMsFirst = 200
const restartMsMax = 5_000
const steadyMs = 60_000
const readyMsMax = 20_000
const stopMsMax = 5_000

/** Starts the demo engine as a child in its own process group and keeps it alive at one address. */
export async function startDemoEngine(options: {
  readonly dataFolder: string
  readonly faults: boolean
  readonly say: (line: string) => void
}): Promise<DemoEngine> {
  const stateFile = join(options.dataFolder, 'engine.json')
  await endLeftover(stateFile)

  let stopped = false
  let failures = 0
  let timer: NodeJS.Timeout | undefined
  let running = await launch(0)
  const { url } = running
  const port = Number(new URL(url).port)
  watch()

  async function launch(atPort: number): Promise<{ child: ChildProcess; url: string; at: number }> {
    const log = openSync(join(options.dataFolder, 'logs', 'engine.log'), 'a')
    const entry = join(rootFolder, 'apps/demo-engine/bin/demo-engine.ts')
    const folder = join(options.dataFolder, 'engine')
    const args = [entry, '--port', String(atPort), '--base-directory', folder]
    if (options.faults) args.push('--allow-faults')
    const child = spawn(process.execPath, args, {
      // Its own group: Ctrl-C reaches us alone, and we drain before we end it.
      detached: true,
      stdio: ['ignore', 'pipe', log],
      env: { PATH: process.env['PATH'], MALLOC_ARENA_MAX: '2', NODE_NO_WARNINGS: '1' },
    })
    closeSync(log)
    const answered = await listening(child)
    writeFileSync(stateFile, JSON.stringify({ pid: child.pid, command: entry }))
    return { child, url: answered, at: Date.now() }
  }

  function watch(): void {
    running.child.once('exit', () => {
      if (stopped) return
      failures = Date.now() - running.at > steadyMs ? 0 : failures + 1
      const waitMs = Math.min(restartMsMax, restartMsFirst * 2 ** failures)
      options.say(`The demo engine ended; starting it again in ${waitMs} ms.`)
      timer = setTimeout(() => void restart(), waitMs)
    })
  }

  async function restart(): Promise<void> {
    try {
      running = await launch(port)
      if (stopped) running.child.kill('SIGKILL')
      else watch()
    } catch {
      failures++
      if (!stopped) timer = setTimeout(() => void restart(), restartMsMax)
    }
  }

  return {
    url,
    close: async () => {
      stopped = true
      clearTimeout(timer)
      await end(running.child)
      rmSync(stateFile, { force: true })
    },
  }
}

/** Waits for the one line that says where the engine listens. */
function listening(child: ChildProcess): Promise<string> {
  return new Promise((done, fail) => {
    const late = setTimeout(
      () => fail(new Error('the demo engine did not start in 20 s')),
      readyMsMax,
    )
    child.once('exit', code => fail(new Error(`the demo engine ended with code ${code}`)))
    if (!child.stdout) return fail(new Error('the demo engine has no output'))
    createInterface({ input: child.stdout }).on('line', line => {
      const said = readListening(line)
      if (said === undefined) return
      clearTimeout(late)
      done(said)
    })
  })
}

function readListening(line: string): string | undefined {
  try {
    const said: unknown = JSON.parse(line)
    if (typeof said === 'object' && said !== null && 'url' in said) return String(said.url)
  } catch {
    // Some other line.
  }
  return undefined
}

function end(child: ChildProcess): Promise<void> {
  return new Promise(done => {
    if (child.exitCode !== null || child.signalCode !== null) return done()
    const late = setTimeout(() => child.kill('SIGKILL'), stopMsMax)
    child.once('exit', () => {
      clearTimeout(late)
      done()
    })
    child.kill('SIGTERM')
  })
}

/** An engine outlives a parent that was killed; the next start ends it, after making sure that the pid is still that engine. */
async function endLeftover(stateFile: string): Promise<void> {
  if (!existsSync(stateFile)) return
  try {
    const state: unknown = JSON.parse(readFileSync(stateFile, 'utf8'))
    if (typeof state !== 'object' || state === null || !('pid' in state) || !('command' in state))
      return
    const pid = Number(state.pid)
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
    if (!command.includes(String(state.command))) return
    process.kill(pid, 'SIGTERM')
    const lateMs = Date.now() + stopMsMax
    while (existsSync(`/proc/${pid}`) && Date.now() < lateMs) {
      await new Promise(done => setTimeout(done, 20))
    }
    if (existsSync(`/proc/${pid}`)) process.kill(pid, 'SIGKILL')
  } catch {
    // It is gone, or there is no /proc to tell: nothing to end.
  } finally {
    rmSync(stateFile, { force: true })
  }
}
