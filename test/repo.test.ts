import { spawnSync } from 'node:child_process'
import { dirname, join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { projects } from '../tools/vitest/projects.ts'
import {
  exists,
  files,
  loadsComputed,
  manifest,
  packageOf,
  root,
  rooms,
  specifiersIn,
  text,
  type Manifest,
} from './tree.ts'

const everything = files()
const isSource = (path: string) => /\.(ts|tsx|cjs|mjs|js)$/.test(path)
/** Tests, what only they use, and the rehearsal: a proof as well, though it has a command of its own. */
const isTest = (path: string) =>
  /\.(test|e2e)\.tsx?$/.test(path) ||
  /^((apps|packages)\/[^/]+\/test|infrastructure\/emulate)\//.test(path)
const isConfig = (path: string) => path.endsWith('.config.ts')
const inFolder = (folder: string) => everything.filter(path => path.startsWith(`${folder}/`))
const oursIn = (record: Readonly<Record<string, string>>) =>
  Object.keys(record).filter(dependency => /^(@bp\/|bp-)/.test(dependency))

describe('the borders between rooms', () => {
  it('every package is a room of the graph', () => {
    const packages = everything
      .filter(path => /^((apps|packages)\/[^/]+|infrastructure)\/package\.json$/.test(path))
      .map(dirname)
    expect(packages.toSorted()).toEqual(rooms.map(room => room.folder).toSorted())
  })

  it.each(rooms)('$name imports only what it may, also dynamically', room => {
    const faults = inFolder(room.folder)
      .filter(isSource)
      .flatMap(path => {
        const ours = [...room.imports, room.name, ...(isTest(path) ? ['@bp/testkit'] : [])]
        return specifiersIn(text(path))
          .filter(specifier =>
            specifier.startsWith('.')
              ? !normalize(join(dirname(path), specifier)).startsWith(`${room.folder}/`)
              : /^(@bp\/|bp-)/.test(specifier) && !ours.includes(packageOf(specifier)),
          )
          .map(specifier => `${path} imports ${specifier}`)
      })
    expect(faults).toEqual([])
  })

  it.each(rooms)('$name hides no import behind a computed name', room => {
    const hiding = inFolder(room.folder)
      .filter(path => isSource(path) && !isTest(path))
      .filter(path => loadsComputed(text(path)))
    expect(hiding).toEqual([])
  })

  it.each(rooms)('$name names only allowed rooms in its package.json', room => {
    const { dependencies = {}, devDependencies = {}, name } = manifest(room.folder)
    expect(name).toBe(room.name)
    expect(oursIn(dependencies).filter(found => !room.imports.includes(found))).toEqual([])
    expect(
      oursIn(devDependencies).filter(found => ![...room.imports, '@bp/testkit'].includes(found)),
    ).toEqual([])
  })

  it.each(rooms)('$name declares every package that it imports', room => {
    const { dependencies = {}, devDependencies = {} } = manifest(room.folder)
    const { devDependencies: shared = {} } = manifest('')
    const faults = inFolder(room.folder)
      .filter(isSource)
      .flatMap(path => {
        const isLoose = isTest(path) || isConfig(path) || room.name === '@bp/testkit'
        const declared = { ...dependencies, ...devDependencies, ...(isLoose ? shared : {}) }
        return specifiersIn(text(path))
          .filter(specifier => !/^(\.|node:|virtual:)/.test(specifier))
          .map(packageOf)
          .filter(name => name !== room.name && !Object.hasOwn(declared, name))
          .filter(name => !Object.hasOwn(declared, `@types/${name}`))
          .map(name => `${path} imports ${name}`)
      })
    expect([...new Set(faults)]).toEqual([])
  })

  it('sees plain, dynamic and hidden imports, and none in comments', () => {
    const source = [
      "import { a } from 'one'",
      "import type { B } from 'two'",
      "export * from 'three'",
      "import 'four'",
      "const x = await import('five')",
      "import.meta.resolve('six/seven')",
      "// import 'eight'",
      "/* import 'nine' */",
      'const text = \'keep from "ten"\'',
    ]
    expect(specifiersIn(source.join('\n'))).toEqual([
      'one',
      'two',
      'three',
      'four',
      'five',
      'six/seven',
    ])
    expect(loadsComputed('await import(name)')).toBe(true)
    expect(loadsComputed("await import('five')")).toBe(false)
  })
})

describe('dependencies', () => {
  const folders = ['', ...rooms.map(room => room.folder)]
  const kinds = [
    'dependencies',
    'devDependencies',
    'optionalDependencies',
    'peerDependencies',
  ] as const satisfies readonly (keyof Manifest)[]
  const pins = folders.flatMap(folder =>
    kinds.flatMap(kind =>
      Object.entries(manifest(folder)[kind] ?? {}).map(([name, version]) => ({
        folder,
        kind,
        name,
        version,
      })),
    ),
  )
  const lock: {
    readonly packages: Readonly<
      Record<string, Omit<Manifest, 'name' | 'scripts'> & { hasInstallScript?: boolean }>
    >
  } = JSON.parse(text('package-lock.json'))

  it('are pinned exactly; rooms of ours by a star', () => {
    const loose = pins.filter(({ name, version }) =>
      /^(@bp\/|bp-)/.test(name) ? version !== '*' : !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version),
    )
    expect(loose).toEqual([])
  })

  it('stand in the lock as they stand in each package.json', () => {
    for (const folder of folders) {
      for (const kind of kinds) {
        expect({ folder, kind, ...lock.packages[folder]?.[kind] }).toEqual({
          folder,
          kind,
          ...manifest(folder)[kind],
        })
      }
    }
  })

  it('have one version in all rooms', () => {
    const versions = new Map<string, Set<string>>()
    for (const { name, version } of pins)
      versions.set(name, (versions.get(name) ?? new Set()).add(version))
    expect([...versions].filter(([, found]) => found.size > 1)).toEqual([])
  })

  it('need no install script: esbuild has one and runs without it', () => {
    const scripted = Object.entries(lock.packages).filter(([, row]) => row.hasInstallScript)
    expect(scripted.map(([path]) => path)).toEqual(['node_modules/esbuild'])
  })
})

describe('npm scripts', () => {
  const { scripts = {} } = manifest('')

  it('each make sure first that everything is installed', () => {
    const pre = Object.keys(scripts).filter(name => scripts[name] === preScript)
    const own = Object.keys(scripts).filter(name => scripts[name] !== preScript)
    expect(pre.toSorted()).toEqual(own.map(name => `pre${name}`).toSorted())
  })

  it('run programs that exist', () => {
    const programs = Object.values(scripts).flatMap(script => [...script.matchAll(/node (\S+)/g)])
    expect(programs.map(([, file = '']) => file).filter(file => !exists(file))).toEqual([])
  })

  it('are not switched off by .npmrc', () => {
    // npm would then silently drop the pre-scripts too, and a stranger would read "vitest: not found".
    expect(text('.npmrc')).not.toContain('ignore-scripts')
  })
})

const preScript = 'node tools/ensure-installed.cjs'

describe('generated files', () => {
  it('are what their sources say', () => {
    const ended = spawnSync(process.execPath, ['tools/docs.ts', '--check'], {
      cwd: root,
      encoding: 'utf8',
    })
    expect({ status: ended.status, output: ended.stdout + ended.stderr }).toEqual({
      status: 0,
      output: 'docs/generated is fresh\n',
    })
  })
})

/** The projects that must run a test file; none is the fault "nobody runs it". */
function projectsOf(path: string): readonly string[] {
  if (path.endsWith('.e2e.ts')) return path.startsWith('apps/frontend/test/e2e/') ? ['e2e'] : []
  if (path.endsWith('.conformance.test.ts')) return ['engine']
  if (path.endsWith('.sqlite.test.ts')) return ['store']
  if (path.endsWith('.mariadb.test.ts')) return ['store-mariadb']
  const neighbour = /\.(emulator|redis|shellcheck|actionlint)\.test\.ts$/.exec(path)?.[1]
  if (neighbour !== undefined) return [neighbour]
  if (path.startsWith('packages/store/')) return ['store', 'store-mariadb']
  if (path.startsWith('test/system/')) return ['system']
  const [top, room = ''] = path.split('/')
  if (top === 'infrastructure') return ['infrastructure']
  return top === 'packages' || top === 'apps' ? [room] : ['repo']
}

/** Which project would run which file, by Vitest's own answer. */
function listing(): readonly { readonly file: string; readonly projectName: string }[] {
  const vitest = ['node_modules/vitest/vitest.mjs', 'list', '--filesOnly', '--json']
  const listed = spawnSync(process.execPath, vitest, { cwd: root, encoding: 'utf8' })
  if (listed.status !== 0) throw new Error(`vitest list: ${listed.stderr}`)
  return JSON.parse(listed.stdout)
}

describe('tests', () => {
  it('each belong to exactly the projects meant', () => {
    const tests = everything.filter(path => /\.(test|spec|e2e)\.[cm]?[jt]sx?$/.test(path))
    const meant = tests.flatMap(path => {
      const names = projectsOf(path)
      return names.length === 0 ? [`nobody: ${path}`] : names.map(name => `${name}: ${path}`)
    })
    const found = listing().map(
      ({ file, projectName }) => `${projectName}: ${file.slice(root.length + 1)}`,
    )
    expect(found.toSorted()).toEqual(meant.toSorted())
  })

  it('are there for every project: none is green because it has nothing to run', () => {
    const names = projects.map(project => project.test.name)
    expect(new Set(names).size).toBe(names.length)
    const running = new Set(listing().map(({ projectName }) => projectName))
    expect(names.filter(name => !running.has(name))).toEqual([])
  })

  it('are not left out without a reason', () => {
    // context.skip('why') carries its reason to the closing line; the forms below cannot.
    const silent = new RegExp(String.raw`\b(it|test|describe)\.(skip|skipIf|runIf|todo)\b`)
    expect(everything.filter(path => isTest(path) && silent.test(text(path)))).toEqual([])
  })
})

describe('the files', () => {
  const written = everything.filter(
    path => /\.(ts|tsx|cjs|css|html|md|yml|sh)$/.test(path) && path !== 'test/repo.test.ts',
  )

  it('carry no leftover markers', () => {
    const leftover = /\b(TODO|FIXME|XXX|HACK)\b|\b(it|test|describe)\.only\b|^\s*debugger\b/m
    expect(written.filter(path => leftover.test(text(path)))).toEqual([])
  })

  it('lie in no drawer: what a thing is has a noun', () => {
    const drawer = /(^|\/)(utils?|helpers?|common|misc)(\/|\.[^/]*$)/
    expect(everything.filter(path => drawer.test(path))).toEqual([])
  })

  it.each(rooms)('$folder opens with a README and its first file', ({ folder, first }) => {
    expect([`${folder}/README.md`, `${folder}/${first}`].filter(path => !exists(path))).toEqual([])
  })
})

/** Headings as link targets, the way they are made on GitHub. */
function anchorsOf(page: string): ReadonlySet<string> {
  const headings = withoutFences(text(page)).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)
  const seen = new Map<string, number>()
  return new Set(
    [...headings].map(([, heading = '']) => {
      const slug = heading
        .toLowerCase()
        .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, '$1')
        .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
        .replaceAll(/\s/g, '-')
      const count = seen.get(slug) ?? 0
      seen.set(slug, count + 1)
      return count === 0 ? slug : `${slug}-${count}`
    }),
  )
}

describe('links and commands in the docs', () => {
  const pages = everything.filter(path => path.endsWith('.md'))

  it('lead to files and headings that exist', () => {
    const broken = pages.flatMap(page =>
      [...withoutFences(text(page)).matchAll(/\]\(<?([^)\s>]+)>?(?:\s+"[^"]*")?\)/g)]
        .map(([, link = '']) => link)
        .filter(link => !/^[a-z][a-z+.-]*:/.test(link))
        .filter(link => {
          const [path = '', anchor] = link.split('#')
          const target = path === '' ? page : normalize(join(dirname(page), decodeURI(path)))
          if (!exists(target)) return true
          return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).has(anchor)
        })
        .map(link => `${page} → ${link}`),
    )
    expect(broken).toEqual([])
  })

  it('name npm scripts and programs that exist', () => {
    const { scripts = {} } = manifest('')
    const known = new Set([...Object.keys(scripts), 'install'])
    const unknown = pages.flatMap(page => [
      ...[...text(page).matchAll(/\bnpm run ([a-z][\w-]*)/g)]
        .filter(([, name = '']) => !known.has(name))
        .map(([command]) => `${page}: ${command}`),
      ...[
        ...text(page).matchAll(/`(?:node )?((?:tools|bench|test|apps|packages|\.ci)\/[\w./-]+)`/g),
      ]
        // A room's own page names its files as they lie below it.
        .filter(([, path = '']) => !exists(path) && !exists(join(dirname(page), path)))
        .map(([, path]) => `${page}: ${path}`),
    ])
    expect(unknown).toEqual([])
  })
})

const withoutFences = (markdown: string): string => markdown.replaceAll(/^```[^]*?^```/gm, '')
