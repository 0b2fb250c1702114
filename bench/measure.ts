import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { cpus, totalmem } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')

/** One figure: the median of `n` runs with its spread, and the target it is held against by a reader, never by a test. */
export interface Row {
  readonly name: string
  readonly unit: string
  readonly median: number
  readonly min: number
  readonly max: number
  readonly n: number
  readonly target?: string
}

/** What `bench/results/<area>.json` holds; docs/generated/bench.md is made from these. */
export interface Result {
  readonly area: string
  readonly commit: string
  readonly machine: string
  readonly node: string
  readonly at: string
  readonly command: string
  readonly rows: readonly Row[]
  readonly notes?: readonly string[]
}

/** The middle value; of an even count the mean of the two in the middle. Throws on nothing measured. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const upper = sorted[sorted.length >> 1]
  const lower = sorted[(sorted.length - 1) >> 1]
  if (upper === undefined || lower === undefined) throw new Error('nothing was measured')
  return (lower + upper) / 2
}

/** The value below which the given share (0–1) of the values lies, by nearest rank. Throws on nothing measured. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  const found =
    sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))]
  if (found === undefined) throw new Error('nothing was measured')
  return found
}

/** A row from the values of all runs, in the unit they were measured in. */
export function row(name: string, unit: string, values: readonly number[], target?: string): Row {
  const spread = { median: median(values), min: Math.min(...values), max: Math.max(...values) }
  return { name, unit, ...spread, n: values.length, ...(target === undefined ? {} : { target }) }
}

/**
 * Prints a table and writes it to `bench/results/<area>.json`, in one move, so that no half file is ever read.
 * The programs of one area in one `npm run bench` add to the same file (they share BP_BENCH_AT); a later run replaces it.
 */
export function report(area: string, rows: readonly Row[], notes: readonly string[] = []): void {
  const at = process.env['BP_BENCH_AT'] ?? new Date().toISOString()
  const file = join(root, 'bench', 'results', `${area}.json`)
  const before = earlier(file, at)
  const allNotes = [...(before?.notes ?? []), ...notes]
  const result: Result = {
    area,
    commit: commit(),
    machine: machine(),
    node: process.version,
    at,
    command: `npm run bench -- ${area}`,
    rows: [...(before?.rows ?? []), ...rows],
    ...(allNotes.length === 0 ? {} : { notes: allNotes }),
  }
  console.log(`\n${area}: ${result.machine}, Node ${result.node}, ${result.commit}`)
  console.table(
    rows.map(({ name, unit, target, n, ...spread }) => ({
      name,
      unit,
      median: short(spread.median),
      min: short(spread.min),
      max: short(spread.max),
      n,
      target: target ?? '',
    })),
  )
  for (const note of notes) console.log(note)

  mkdirSync(join(root, 'bench', 'results'), { recursive: true })
  writeFileSync(`${file}.tmp`, `${JSON.stringify(result, null, 2)}\n`)
  renameSync(`${file}.tmp`, file)
}

/** What another program of this area has written in the same run. */
function earlier(file: string, at: string): Result | undefined {
  if (!existsSync(file)) return undefined
  const found: Result = JSON.parse(readFileSync(file, 'utf8'))
  return found.at === at ? found : undefined
}

/** Three digits that matter; whole numbers from 100 on. */
export function short(value: number): string {
  return value >= 100 ? String(Math.round(value)) : String(Number(value.toPrecision(3)))
}

function machine(): string {
  const [first] = cpus()
  const memoryGiB = Math.round(totalmem() / 2 ** 30)
  return `${cpus().length} × ${first?.model.trim() ?? 'unknown CPU'}, ${memoryGiB} GiB`
}

/** The commit measured, marked when the tree had changes; `unknown` outside git. */
function commit(): string {
  const hash = git('rev-parse', '--short=12', 'HEAD')
  if (hash === '') return 'unknown'
  return git('status', '--porcelain', '--untracked-files=no') === '' ? hash : `${hash} + changes`
}

function git(...args: string[]): string {
  return spawnSync('git', args, { cwd: root, encoding: 'utf8' }).stdout?.trim() ?? ''
}
