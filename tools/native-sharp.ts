/** The only code that travels as packages: sharp, its native library for one platform, and what they need. */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { findPackageJSON } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'

const root = join(import.meta.dirname, '..')
const modules = join(root, 'node_modules')

/** Platforms that bp is released for, in sharp's words (linux: glibc). */
export const platforms = ['linux-x64', 'linux-arm64', 'darwin-x64', 'darwin-arm64'] as const
export type Platform = (typeof platforms)[number]

interface Manifest {
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
}
interface LockRow extends Manifest {
  readonly version: string
  readonly integrity: string
}

/** One package is 20 MB at most; the registry or the disk hangs beyond that. */
const fetchMsMax = 120_000

/** The two packages that hold sharp's native code for a platform. */
const nativeNames = (platform: Platform): readonly string[] => [
  `@img/sharp-${platform}`,
  `@img/sharp-libvips-${platform}`,
]

/**
 * Lays `node_modules` for sharp into `folder`. What this machine has not installed, because it is of another platform,
 * is brought by npm and must have the lock's hash. Throws when it cannot be had.
 */
export async function layNativeSharp(folder: string, platform: Platform): Promise<void> {
  const target = join(folder, 'node_modules')
  const sharp = join(modules, 'sharp')
  const { dependencies = {} }: Manifest = JSON.parse(
    await readFile(join(sharp, 'package.json'), 'utf8'),
  )
  // `src` and `install` are for building it from source.
  await lay(sharp, join(target, 'sharp'), ['src', 'install'])
  for (const name of Object.keys(dependencies)) {
    const found = findPackageJSON(name, pathToFileURL(join(sharp, 'package.json')))
    if (found === undefined) throw new Error(`sharp needs ${name}, which is not installed`)
    await lay(dirname(found), join(target, name))
  }
  for (const name of nativeNames(platform)) {
    const installed = join(modules, name)
    if (existsSync(installed)) await lay(installed, join(target, name))
    else await bring(name, join(target, name))
  }
}

const lay = (from: string, to: string, without: readonly string[] = []): Promise<void> =>
  cp(from, to, {
    recursive: true,
    filter: path => !without.includes(relative(from, path)),
  })

async function bring(name: string, target: string): Promise<void> {
  const { version, integrity } = lockRow(name)
  const folder = await mkdtemp(join(tmpdir(), 'bp-native-'))
  const run = (command: string, args: readonly string[]): string => {
    const ended = spawnSync(command, args, { cwd: folder, encoding: 'utf8', timeout: fetchMsMax })
    if (ended.status !== 0)
      throw new Error(
        `${name}@${version} is of another platform and could not be brought: ${ended.stderr}`,
      )
    return ended.stdout
  }
  try {
    const packed: readonly { readonly filename: string }[] = JSON.parse(
      run('npm', ['pack', '--json', '--ignore-scripts', `${name}@${version}`]),
    )
    const file = join(folder, packed[0]?.filename ?? '')
    const hash = `sha512-${createHash('sha512')
      .update(await readFile(file))
      .digest('base64')}`
    if (hash !== integrity)
      throw new Error(`${name}@${version} has the hash ${hash}, the lock says ${integrity}`)
    await mkdir(target, { recursive: true })
    run('tar', ['-xzf', file, '-C', target, '--strip-components=1', '--no-same-owner'])
  } finally {
    await rm(folder, { recursive: true })
  }
}

function lockRow(name: string): LockRow {
  const lock: { readonly packages: Readonly<Record<string, LockRow>> } = JSON.parse(
    readFileSync(join(root, 'package-lock.json'), 'utf8'),
  )
  const row = lock.packages[`node_modules/${name}`]
  if (row === undefined) throw new Error(`${name} is not in package-lock.json`)
  return row
}
