import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'

export interface Ran {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A machine that is a folder. Its scripts see `BP_ROOT`, and no command but harmless tools and what a test puts there. */
export interface Sandbox extends Disposable {
  readonly root: string
  /** A command that notes its call and then runs `body`, in bash. Without a body it is content with everything. */
  stub(name: string, body?: string): void
  /** Writes a file of the machine, with its folders. */
  file(path: string, text?: string, mode?: number): void
  text(path: string): string
  has(path: string): boolean
  run(script: string, env?: Readonly<Record<string, string>>, args?: readonly string[]): Ran
  /** Every call of a stub so far, as `name arg arg`. */
  calls(): readonly string[]
  /** All that lies on the machine: path → what it is, its mode, the hash of what is in it. */
  tree(): ReadonlyMap<string, string>
}

/** Real programs that a script may use: they touch only what they are told. */
const tools =
  'bash cat chmod cmp cp cut dirname env find grep gzip head id install ls mkdir mktemp mv rm sed sha256sum tail tar timeout touch tr wc'.split(
    ' ',
  )
const toolFolders = ['/usr/bin', '/bin']
const runMsMax = 30_000

/** Makes an empty machine; dispose of it to remove it. */
export function openSandbox(): Sandbox {
  const base = mkdtempSync(join(tmpdir(), 'bp-packer-'))
  const root = join(base, 'root')
  const stubs = join(base, 'stubs')
  const toolbox = join(base, 'tools')
  const log = join(base, 'calls')
  for (const folder of [root, stubs, toolbox, join(root, 'tmp')]) mkdirSync(folder)
  writeFileSync(log, '')
  for (const tool of tools) {
    const found = toolFolders.map(folder => join(folder, tool)).find(path => existsSync(path))
    if (found !== undefined) symlinkSync(found, join(toolbox, tool))
  }
  const inRoot = (path: string) => join(root, path)

  return {
    root,
    stub(name, body = '') {
      const head = `#!/bin/bash\nprintf '%s\\n' "${name} \${*//$'\\n'/ }" >>'${log}'\n`
      writeFileSync(join(stubs, name), `${head}${body}\n`, { mode: 0o755 })
    },
    file(path, text = '', mode = 0o644) {
      mkdirSync(dirname(inRoot(path)), { recursive: true })
      writeFileSync(inRoot(path), text, { mode })
    },
    text: path => readFileSync(inRoot(path), 'utf8'),
    has: path => existsSync(inRoot(path)),
    run(script, env = {}, args = []) {
      const { status, stdout, stderr } = spawnSync('/bin/bash', [script, ...args], {
        encoding: 'utf8',
        timeout: runMsMax,
        env: {
          PATH: `${stubs}:${toolbox}`,
          BP_ROOT: root,
          TMPDIR: join(root, 'tmp'),
          LC_ALL: 'C',
          ...env,
        },
      })
      return { code: status, stdout, stderr }
    },
    calls: () => readFileSync(log, 'utf8').split('\n').filter(Boolean),
    tree: () =>
      new Map(
        readdirSync(root, { recursive: true, withFileTypes: true })
          .map(entry => join(entry.parentPath, entry.name))
          .toSorted()
          .map(path => [relative(root, path), describe(path)]),
      ),
    [Symbol.dispose]() {
      rmSync(base, { recursive: true, force: true })
    },
  }
}

function describe(path: string): string {
  const found = lstatSync(path)
  const mode = (found.mode & 0o7777).toString(8)
  if (found.isSymbolicLink()) return `link ${readlinkSync(path)}`
  if (found.isDirectory()) return `folder ${mode}`
  return `file ${mode} ${createHash('sha256').update(readFileSync(path)).digest('hex')}`
}
