/** Every program as it is released: `node tools/bundles.ts <folder> [bundle …] [--platform linux-arm64]`. */
import { cp, mkdir } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { buildIfStale } from 'bp-frontend/server/build-if-stale'
import { bundle } from './bundle.ts'
import { layNativeSharp, platforms, type Platform } from './native-sharp.ts'

const root = join(import.meta.dirname, '..')

/** A released program: its file, where it comes from, and what must lie beside it. */
export interface Bundle {
  readonly file: `${string}.mjs`
  readonly entry: string
  /** Programs that it starts as children; each is a bundle of its own. */
  readonly children?: Readonly<Record<`${string}.mjs`, string>>
  /** Folders that it reads, by their name beside it. */
  readonly folders?: Readonly<Record<string, string>>
  /** It serves the built pages, as `dist` beside it. */
  readonly hasPages?: true
  /** It loads sharp from `node_modules` beside it. */
  readonly needsSharp?: true
}

export const bundles: readonly Bundle[] = [
  {
    file: 'backend.mjs',
    entry: 'apps/backend/bin/backend.ts',
    children: { 'decode-child.mjs': 'apps/backend/src/media/decode-child.ts' },
    folders: { migrations: 'packages/store/src/migrations' },
    needsSharp: true,
  },
  { file: 'frontend.mjs', entry: 'apps/frontend/bin/frontend.ts', hasPages: true },
  { file: 'worker.mjs', entry: 'apps/worker/bin/worker.ts', needsSharp: true },
  { file: 'demo-engine.mjs', entry: 'apps/demo-engine/bin/demo-engine.ts', needsSharp: true },
  { file: 'bp.mjs', entry: 'apps/cli/bin/bp.ts' },
]

/** Writes bundles into `folder` with all that lies beside them; sharp for `platform`, once. */
export async function writeBundles(
  folder: string,
  wanted: readonly Bundle[],
  platform: Platform,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const { file, entry, children = {}, folders = {}, hasPages } of wanted) {
    await bundle(entry, join(folder, file))
    for (const [child, from] of Object.entries(children)) await bundle(from, join(folder, child))
    for (const [name, from] of Object.entries(folders))
      await cp(join(root, from), join(folder, name), { recursive: true })
    if (hasPages) {
      const { dir } = await buildIfStale()
      // Vite's own notes are for the next build.
      const filter = (path: string) => basename(path) !== '.vite'
      await cp(dir, join(folder, 'dist'), { recursive: true, filter })
    }
  }
  if (wanted.some(({ needsSharp }) => needsSharp)) await layNativeSharp(folder, platform)
}

const usage = `Usage: node tools/bundles.ts <folder> [bundle ...] [--platform <platform>]

  bundles     ${bundles.map(({ file }) => file).join(' ')}; without one: all
  platform    ${platforms.join(' or ')}, for sharp; without it: this machine's
`

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { platform: { type: 'string', default: `${process.platform}-${process.arch}` } },
  })
  const [folder, ...files] = positionals
  const platform = platforms.find(name => name === values.platform)
  const wanted = bundles.filter(({ file }) => files.length === 0 || files.includes(file))
  const isKnown = files.every(name => bundles.some(({ file }) => file === name))
  if (folder === undefined || platform === undefined || !isKnown) {
    console.error(usage)
    return 2
  }
  await writeBundles(resolve(folder), wanted, platform)
  return 0
}

if (import.meta.main) process.exitCode = await main()
