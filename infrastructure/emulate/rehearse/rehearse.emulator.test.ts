import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, readdir, readlink, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { z } from 'zod'
import { allSteps } from './all-steps.ts'
import { missingPrograms } from './needed-programs.ts'

const entry = join(import.meta.dirname, '../rehearse.ts')
/** It takes two to four minutes. */
const msMax = 600_000

const Result = z.object({
  steps: z.array(z.looseObject({ id: z.string(), result: z.string(), note: z.string() })),
  failure: z.string().nullable(),
  folder: z.string(),
})

/** Command lines of living processes that have to do with a folder. */
async function processesOf(folder: string): Promise<readonly string[]> {
  const ids = (await readdir('/proc')).filter(name => /^\d+$/.test(name))
  const lines = await Promise.all(
    ids.map(async id => {
      // A process may go while it is looked at.
      const command = await readFile(`/proc/${id}/cmdline`, 'utf8').catch(() => '')
      const place = await readlink(`/proc/${id}/cwd`).catch(() => '')
      return `${command.replaceAll('\0', ' ')} in ${place}`
    }),
  )
  return lines.filter(line => line.includes(folder))
}

it(
  'plays every step of the guide, and leaves no process behind',
  async context => {
    const missing = missingPrograms(process.env['PATH'] ?? '')
    if (missing.length > 0) context.skip(missing.join(' '))
    const child = spawn(process.execPath, [entry, '--json'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    context.onTestFinished(() => void child.kill('SIGTERM'))
    const [out, progress, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close'),
    ])
    const { steps, failure, folder } = Result.parse(JSON.parse(out))
    await expect.poll(() => processesOf(folder), { timeout: 15_000 }).toEqual([])
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
    expect(failure, progress).toBeNull()
    expect(steps.filter(({ result }) => result !== 'passed')).toEqual([])
    expect(steps.map(({ id }) => id)).toEqual(allSteps.map(({ id }) => id))
    expect(code).toBe(0)
  },
  msMax,
)
