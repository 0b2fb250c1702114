import { spawnSync } from 'node:child_process'
import { existsSync, globSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

const folder = import.meta.dirname

/** The areas are the folders beside this file that hold programs. */
function areas(): readonly string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter(entry => entry.isDirectory() && programs(entry.name).length > 0)
    .map(entry => entry.name)
    .toSorted()
}

function programs(area: string): readonly string[] {
  return globSync('*.ts', { cwd: join(folder, area), exclude: ['*.test.ts'] }).toSorted()
}

/**
 * `npm run bench [-- area …]`: each program of an area in a process of its own, one after the other, so that none
 * measures another's garbage. Ends 1 when something could not be measured, never because it was slow.
 */
function main(asked: readonly string[]): number {
  const known = areas()
  const unknown = asked.filter(area => !known.includes(area))
  if (unknown.length > 0 || known.length === 0) {
    console.error(
      `bench: no area ${unknown.join(', ')}; there are: ${known.join(', ') || 'none yet'}`,
    )
    return 1
  }
  const failed: string[] = []
  const env = { ...process.env, BP_BENCH_AT: new Date().toISOString() }
  for (const area of asked.length > 0 ? asked : known) {
    for (const program of programs(area)) {
      const file = join(folder, area, program)
      const ended = spawnSync(process.execPath, [file], { stdio: 'inherit', env })
      if (ended.status !== 0) failed.push(`${area}/${program}`)
    }
    const written = join(folder, 'results', `${area}.json`)
    if (!existsSync(written)) failed.push(`${area} (wrote no ${written})`)
  }
  if (failed.length > 0) console.error(`bench: could not measure ${failed.join(', ')}`)
  return failed.length === 0 ? 0 : 1
}

process.exitCode = main(process.argv.slice(2))
