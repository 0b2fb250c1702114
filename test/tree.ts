import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '..')

/** Folders that hold nothing written by people. */
const foreign = new Set(['node_modules', 'dist', '.git', '.bp', '.venv', 'artifacts'])

/** Every file of the repository, as paths from its root with forward slashes. */
export function files(folder = ''): readonly string[] {
  return readdirSync(join(root, folder), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap(entry => {
      if (foreign.has(entry.name)) return []
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      return entry.isDirectory() ? files(path) : [path]
    })
}

export const exists = (path: string): boolean => existsSync(join(root, path))
export const text = (path: string): string => readFileSync(join(root, path), 'utf8')

/** What is read of a package.json. */
export interface Manifest {
  readonly name: string
  readonly scripts?: Readonly<Record<string, string>>
  readonly bin?: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

export const manifest = (folder: string): Manifest =>
  JSON.parse(text(folder === '' ? 'package.json' : `${folder}/package.json`))

/** One room of the house: where it lies, its one obvious first file, and what its code and its tests may import of ours. */
export interface Room {
  readonly folder: string
  readonly name: string
  readonly first: string
  readonly imports: readonly string[]
}

const contracts = '@bp/contracts'
const client = '@bp/client'
const domain = '@bp/domain'
const store = '@bp/store'

/** The graph of the house. Lint holds it for plain imports; test/repo.test.ts for dynamic ones and every package.json. */
export const rooms: readonly Room[] = [
  { folder: 'packages/contracts', name: contracts, first: 'src/routes.ts', imports: [] },
  { folder: 'packages/domain', name: domain, first: 'src/jobs', imports: [contracts] },
  { folder: 'packages/store', name: store, first: 'src/tables.ts', imports: [domain, contracts] },
  { folder: 'packages/client', name: client, first: 'src/client.ts', imports: [contracts] },
  {
    folder: 'packages/testkit',
    name: '@bp/testkit',
    first: 'src',
    imports: [store, client, domain, contracts],
  },
  {
    folder: 'apps/backend',
    name: 'bp-backend',
    first: 'src/app.ts',
    imports: [store, domain, contracts],
  },
  {
    folder: 'apps/frontend',
    name: 'bp-frontend',
    first: 'src/pages.ts',
    imports: [client, contracts],
  },
  { folder: 'apps/worker', name: 'bp-worker', first: 'src/agent.ts', imports: [client, contracts] },
  { folder: 'apps/demo-engine', name: 'bp-demo-engine', first: 'src', imports: [] },
  { folder: 'apps/cli', name: 'bp-cli', first: 'src/commands.ts', imports: [client, contracts] },
  {
    folder: 'infrastructure',
    name: 'bp-infrastructure',
    first: 'bin/infrastructure.ts',
    // Its Lambda decides by domain; nothing else of it does.
    imports: [domain, contracts],
  },
]

/** The package a specifier belongs to: `@bp/store/leases/end` → `@bp/store`, `react-dom/client` → `react-dom`. */
export function packageOf(specifier: string): string {
  const parts = specifier.split('/')
  return specifier.startsWith('@') ? parts.slice(0, 2).join('/') : (parts[0] ?? specifier)
}

/** Everything a source text loads by a literal: import, export … from, import(), require(), import.meta.resolve(). */
export function specifiersIn(source: string): readonly string[] {
  const plain = withoutComments(source)
  const loads =
    /(?:^|[^\w.])(?:import|export)\b[^'"`;=()]*?\bfrom\s*(['"])([^'"\n]+)\1|(?:^|[^\w.])import\s*(['"])([^'"\n]+)\3|(?:\bimport|\brequire|\bimport\.meta\.resolve|\brequire\.resolve)\s*\(\s*(['"`])([^'"`\n$]+)\5/gm
  return [...plain.matchAll(loads)].map(found => found[2] ?? found[4] ?? found[6] ?? '')
}

/** True when a source loads something whose name is only known at run time. */
export function loadsComputed(source: string): boolean {
  return /(?:^|[^\w.'"`])import\s*\(\s*(?!['"])[^)\s]/m.test(withoutComments(source))
}

/** Comments made empty; a `//` within a string (an address) is left alone because a colon stands before it. */
function withoutComments(source: string): string {
  return source.replaceAll(/\/\*[^]*?\*\//g, '').replaceAll(/(^|[^:'"`\\])\/\/[^\n]*/g, '$1')
}
