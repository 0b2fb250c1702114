/** Builds the app when it has never been built, or when a source is newer than the last build. */
import { spawn } from 'node:child_process'
import { readdirSync, statSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'

const room = join(import.meta.dirname, '..')
/** Where the built app lies. */
const distDir = join(room, 'dist')
/** Written last by the build: without it the folder is half of a build. */
const stamp = join(distDir, '.vite', 'stamp')
const sources = [
  'src',
  'public',
  'index.html',
  'vite.config.ts',
  'server/precompress.ts',
  'package.json',
  '../../packages/client/src',
  '../../packages/contracts/src',
]
/** A build that says more is cut: only its end is shown. */
const outputBytesMax = 65_536

/**
 * Runs the build in a child process (inside the caller it would leave hundreds of megabytes behind) if it is
 * needed. Answers whether it was; throws with the end of the build's own words when it fails.
 */
export async function buildIfStale(): Promise<{ built: boolean; dir: string }> {
  if (!isStale()) return { built: false, dir: distDir }
  await build()
  return { built: true, dir: distDir }
}

/** Builds in any case. */
async function build(): Promise<void> {
  const vite = join(
    dirname(createRequire(import.meta.url).resolve('vite/package.json')),
    'bin',
    'vite.js',
  )
  const child = spawn(process.execPath, [vite, 'build', '--logLevel', 'warn'], {
    cwd: room,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let said = ''
  const hear = (chunk: Buffer) => {
    said = (said + chunk.toString()).slice(-outputBytesMax)
  }
  child.stdout.on('data', hear)
  child.stderr.on('data', hear)
  const { promise, resolve, reject } = Promise.withResolvers<number | null>()
  child.once('error', reject)
  child.once('close', resolve)
  const code = await promise
  if (code !== 0) throw new Error(`The app could not be built (exit code ${code}):\n${said.trim()}`)
}

function isStale(): boolean {
  const builtAt = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs
  return builtAt === undefined || sources.some(source => newest(join(room, source)) > builtAt)
}

function newest(path: string): number {
  const found = statSync(path, { throwIfNoEntry: false })
  if (!found) return 0
  if (!found.isDirectory()) return found.mtimeMs
  let latest = found.mtimeMs // a removed file changes its folder only
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (/\.test\.tsx?$/.test(entry.name)) continue
    latest = Math.max(latest, newest(join(path, entry.name)))
  }
  return latest
}
