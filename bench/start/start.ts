/** How long until a person can press Run, and what the system costs while nobody does. */
import { spawn, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { report, row } from '../measure.ts'

const root = join(import.meta.dirname, '../..')
const cloneRuns = 2
const warmRuns = 5
const readyMsMax = 300_000
const settleMs = 8_000

interface Started {
  readonly readyMs: number
  readonly pid: number
  stop(): Promise<void>
}

/** Runs `npm start` in a checkout and waits until its page answers. */
async function start(folder: string, dataFolder: string): Promise<Started> {
  const startMs = performance.now()
  const child = spawn('npm', ['start', '--silent'], {
    cwd: folder,
    detached: true,
    stdio: ['ignore', 'pipe', 'inherit'],
    env: {
      ...process.env,
      BP_DATA: dataFolder,
      BP_PORT: '0',
      BP_NO_OPEN: '1',
      PATH: pathWithoutOurs(),
    },
  })
  const late = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), readyMsMax)
  for await (const line of createInterface({ input: child.stdout })) {
    const link = /http:\/\/\S+\/start#\S+/.exec(line)?.[0]
    if (link === undefined) continue
    const page = await fetch(new URL('/effects', link))
    if (!page.ok || !(await page.text()).includes('<script'))
      throw new Error('the page did not answer')
    clearTimeout(late)
    const readyMs = performance.now() - startMs
    const run: { pid: number } = JSON.parse(readFileSync(join(dataFolder, 'run.json'), 'utf8'))
    return {
      readyMs,
      pid: run.pid,
      stop: async () => {
        const ended = new Promise(done => child.once('exit', done))
        process.kill(run.pid, 'SIGTERM')
        await ended
      },
    }
  }
  throw new Error('npm start ended before it was ready')
}

/** As a stranger's shell has it: without the Node that npm put first for this very script. */
const pathWithoutOurs = (): string =>
  (process.env['PATH'] ?? '')
    .split(':')
    .filter(part => !part.includes('node_modules'))
    .join(':')

const kibOf = (pid: number): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)

/** Resident memory of a process and everything below it, MB. */
function treeMb(pid: number): number {
  const parents = new Map<number, number>()
  for (const name of readdirSync('/proc').filter(entry => /^\d+$/.test(entry))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8')
      parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]))
    } catch {
      // It has just ended.
    }
  }
  const family = (one: number): number[] => [
    one,
    ...[...parents].filter(([, parent]) => parent === one).flatMap(([child]) => family(child)),
  ]
  return (family(pid).reduce((sum, one) => sum + kibOf(one), 0) * 1024) / 1e6
}

const scratch = mkdtempSync(join(tmpdir(), 'bp-bench-'))
const fresh: number[] = []
for (let run = 0; run < cloneRuns; run++) {
  const clone = join(scratch, `clone-${run}`)
  spawnSync('git', ['clone', '--quiet', root, clone], { stdio: 'inherit' })
  const started = await start(clone, join(scratch, `data-${run}`))
  fresh.push(started.readyMs / 1000)
  await started.stop()
  rmSync(clone, { recursive: true, force: true })
}

const warm: number[] = []
const idle: number[] = []
const dataFolder = join(scratch, 'data')
for (let run = 0; run < warmRuns + 1; run++) {
  const started = await start(root, dataFolder)
  // The first one seeds its folder: it is not what "warm" means.
  if (run > 0) warm.push(started.readyMs / 1000)
  if (run > warmRuns - 3) {
    await new Promise(done => setTimeout(done, settleMs))
    idle.push(treeMb(started.pid))
  }
  await started.stop()
}
rmSync(scratch, { recursive: true, force: true })
report(
  'start',
  [
    row('fresh clone → page ready, warm package cache', 's', fresh, '≤ 45'),
    row('warm npm start → page ready', 's', warm, '≤ 1.5'),
    row('whole system idle, resident memory without a worker', 'MB', idle, '≤ 330'),
  ],
  ['"npm start" counts from the command to the answer of the page, npm itself included.'],
)
