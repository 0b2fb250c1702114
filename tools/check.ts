import { spawn } from 'node:child_process'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** One check: a program, by its path from the root, and its arguments. All run at once in `npm run check`, one test each in `npm test`. */
interface Check {
  readonly name: string
  readonly program: string
  readonly args: readonly string[]
}

export const checks: readonly Check[] = [
  {
    name: 'types (node)',
    program: 'node_modules/typescript/bin/tsc',
    args: ['--noEmit', '-p', 'tsconfig.json'],
  },
  {
    name: 'types (browser)',
    program: 'node_modules/typescript/bin/tsc',
    args: ['--noEmit', '-p', 'apps/frontend/tsconfig.json'],
  },
  { name: 'lint and borders', program: 'node_modules/oxlint/bin/oxlint', args: ['--quiet'] },
  { name: 'format', program: 'node_modules/oxfmt/bin/oxfmt', args: ['--check'] },
  { name: 'dead code', program: 'node_modules/knip/bin/knip.js', args: ['--no-progress'] },
  { name: 'weight of the pages', program: 'apps/frontend/tools/budgets.ts', args: [] },
]

/** Bound of one check; a hung tool is a failure with what it printed so far. */
const checkMsMax = 180_000

/** Runs one check and gives back whether it passed, with everything it printed. */
export function run(check: Check): Promise<{ readonly ok: boolean; readonly output: string }> {
  return new Promise(resolve => {
    const args = [join(root, check.program), ...check.args]
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: checkMsMax,
    })
    const chunks: Buffer[] = []
    child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk))
    child.once('error', error => resolve({ ok: false, output: error.message }))
    child.once('close', (code, signal) => {
      const why = signal ? `\nended by ${signal} after at most ${checkMsMax / 1000} s` : ''
      resolve({ ok: code === 0, output: Buffer.concat(chunks).toString() + why })
    })
  })
}

/** `npm run check`: a line per check as it ends, the output of the failed ones below, and the exit code. */
async function main(): Promise<number> {
  const results = await Promise.all(
    checks.map(async check => {
      const startedMs = performance.now()
      const result = await run(check)
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
      console.log(`${result.ok ? 'ok  ' : 'FAIL'}  ${check.name} (${seconds} s)`)
      return { check, ...result }
    }),
  )
  const failed = results.filter(result => !result.ok)
  for (const { check, output } of failed) console.log(`\n── ${check.name}\n${output.trimEnd()}`)
  return failed.length === 0 ? 0 : 1
}

if (import.meta.main) process.exitCode = await main()
