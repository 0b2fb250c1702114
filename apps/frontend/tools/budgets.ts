/**
 * Weighs what each page loads, from Vite's manifest, against budgets.json. Fails when a page is too heavy, or when
 * something is in people's pages that must not be there. Builds first where that is needed.
 */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { buildIfStale } from '../server/build-if-stale.ts'
import { pageRows } from '../src/page-rows.ts'

interface Chunk {
  readonly file: string
  readonly src?: string
  readonly isEntry?: boolean
  readonly imports?: readonly string[]
  readonly dynamicImports?: readonly string[]
}
export type Manifest = Readonly<Record<string, Chunk>>

/** All files that come with a chunk before it can run. */
export function closureOf(
  manifest: Manifest,
  key: string,
  seen = new Set<string>(),
): ReadonlySet<string> {
  if (seen.has(key)) return seen
  seen.add(key)
  for (const next of manifest[key]?.imports ?? []) closureOf(manifest, next, seen)
  return seen
}

interface Weighed {
  readonly what: string
  readonly kb: number
  readonly limitKb: number
}

interface Budgets {
  readonly pages: Readonly<Record<string, number>>
  readonly css: number
  readonly hashWorker: number
  readonly firstFont: number
}

/** Weighs a build. `faults` are what must not be in people's pages, each as a sentence. */
function weigh(
  dist: string,
  budgets: Budgets,
): { rows: readonly Weighed[]; faults: readonly string[] } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- Vite's own file, checked by its use below
  const manifest = JSON.parse(
    readFileSync(join(dist, '.vite', 'manifest.json'), 'utf8'),
  ) as Manifest
  const kbOf = (file: string) =>
    gzipSync(readFileSync(join(dist, file)), { level: 9 }).length / 1000
  const entry = Object.keys(manifest).find(key => manifest[key]?.isEntry === true)
  if (entry === undefined) throw new Error('The manifest has no entry.')
  const shell = closureOf(manifest, entry)
  const rows: Weighed[] = []
  const faults: string[] = []

  for (const page of pageRows) {
    const own = closureOf(manifest, `src/${page.source}`, new Set(shell))
    const files = [...own].flatMap(key => {
      const chunk = manifest[key]
      return chunk && chunk.file.endsWith('.js') ? [{ key, ...chunk }] : []
    })
    const limitKb = budgets.pages[page.id]
    if (limitKb === undefined) faults.push(`${page.id} has no budget in budgets.json`)
    rows.push({
      what: page.id,
      kb: files.reduce((sum, chunk) => sum + kbOf(chunk.file), 0),
      limitKb: limitKb ?? 0,
    })
    for (const chunk of files) {
      const text = readFileSync(join(dist, chunk.file), 'utf8')
      if (/\bZodError\b|\$ZodType|zod\/v4/.test(text))
        faults.push(`${page.id} carries zod (${chunk.file})`)
      if (/["']node:[a-z_]+["']/.test(text))
        faults.push(`${page.id} carries a module of node: (${chunk.file})`)
      if (page.needs !== 'admin' && chunk.key.startsWith('src/admin/'))
        faults.push(`${page.id} carries the console (${chunk.key})`)
    }
  }

  const assets = readdirSync(join(dist, 'assets'))
  const sum = (pattern: RegExp) =>
    assets
      .filter(name => pattern.test(name))
      .reduce((total, name) => total + kbOf(join('assets', name)), 0)
  rows.push({ what: 'all CSS', kb: sum(/\.css$/), limitKb: budgets.css })
  rows.push({ what: 'hash worker', kb: sum(/hash[.-]worker.*\.js$/), limitKb: budgets.hashWorker })
  rows.push({
    what: 'first font',
    kb: sum(/inter-latin-wght-normal.*\.woff2$/),
    limitKb: budgets.firstFont,
  })
  return { rows, faults }
}

if (import.meta.main) {
  const room = join(import.meta.dirname, '..')
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own file, held by the test beside this one
  const budgets = JSON.parse(readFileSync(join(room, 'budgets.json'), 'utf8')) as Budgets
  const { dir } = await buildIfStale()
  const { rows, faults } = weigh(dir, budgets)
  for (const { what, kb, limitKb } of rows)
    process.stdout.write(
      `${what.padEnd(14)} ${kb.toFixed(1).padStart(7)} kB of ${String(limitKb).padStart(4)}${kb > limitKb ? '   too heavy' : ''}\n`,
    )
  for (const fault of new Set(faults)) process.stdout.write(`${fault}\n`)
  if (faults.length > 0 || rows.some(row => row.kb > row.limitKb)) process.exitCode = 1
}
