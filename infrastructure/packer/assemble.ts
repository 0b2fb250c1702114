/**
 * What the builder of an image is given, as one archive: `node infrastructure/packer/assemble.ts <folder>`. It looks like
 * the root of the machine: `root/`, the worker, and the Node that package-lock.json pins by hash. Beside it lies
 * `payload.pkrvars.json`, the variables of Packer that name it. The same commit gives the same bytes.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { chmod, copyFile, cp, mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'

const repository = join(import.meta.dirname, '../..')
/** Machines with a GPU of NVIDIA are x86-64, whatever this machine is. */
const platform = 'linux-x64'
/** A bundle of the worker takes seconds, the archive of Node's 120 MB too. */
const stepMsMax = 180_000

/** The variables of `packer build`, by their names in variables.pkr.hcl. */
export interface PayloadVariables {
  readonly payload: string
  readonly payload_sha256: string
  readonly worker_sha256: string
  readonly worker_version: string
  readonly node_version: string
}

/**
 * Makes `<folder>/payload.tar.gz` and `<folder>/payload.pkrvars.json`. The folder must be empty or absent: what an older
 * run left there would be shipped. Throws with the failing program's own words.
 */
export async function assemble(folder: string): Promise<PayloadVariables> {
  await mkdir(folder, { recursive: true })
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty`)
  const tree = join(folder, 'tree')
  const home = join(tree, 'opt/bp')

  await cp(join(import.meta.dirname, 'root'), tree, { recursive: true })
  const bundles = join(repository, 'tools/bundles.ts')
  run(process.execPath, [bundles, home, 'worker.mjs', '--platform', platform])
  const nodePackage = join(repository, 'node_modules', `node-${platform}`)
  await copyFile(join(nodePackage, 'bin/node'), join(home, 'bin/node'))
  const workerSha256 = await hashOf(join(home, 'worker.mjs'))
  await writeFile(join(home, 'worker.sha256'), `${workerSha256}\n`)
  await openToAll(tree)

  const payload = join(folder, 'payload.tar.gz')
  const always = '--sort=name --owner=0 --group=0 --numeric-owner --mtime=@0'.split(' ')
  run('tar', [
    ...always,
    '--use-compress-program=gzip -n',
    '-cf',
    payload,
    '-C',
    tree,
    'etc',
    'opt',
  ])
  const variables: PayloadVariables = {
    payload,
    payload_sha256: await hashOf(payload),
    worker_sha256: workerSha256,
    worker_version: await versionOf(repository),
    node_version: await versionOf(nodePackage),
  }
  await writeFile(
    join(folder, 'payload.pkrvars.json'),
    `${JSON.stringify(variables, undefined, 2)}\n`,
  )
  return variables
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, {
    encoding: 'utf8',
    timeout: stepMsMax,
  })
  if (status !== 0) throw new Error(`${command} failed: ${error?.message ?? stderr}`)
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

async function versionOf(folder: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))
  const hasVersion = typeof manifest === 'object' && manifest !== null && 'version' in manifest
  if (!hasVersion || typeof manifest.version !== 'string')
    throw new Error(`${folder} has no version`)
  return manifest.version
}

/** Modes of the machine, whatever the umask here is. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    const isProgram = /\.(mjs|sh)$/.test(entry.name) || path.endsWith('/opt/bp/bin/node')
    if (entry.isDirectory()) await openToAll(path)
    else await chmod(path, isProgram ? 0o755 : 0o644)
  }
}

async function main(): Promise<number> {
  const [folder, ...more] = process.argv.slice(2)
  if (folder === undefined || folder.startsWith('-') || more.length > 0) {
    process.stderr.write('Usage: node infrastructure/packer/assemble.ts <empty folder>\n')
    return folder === '--help' ? 0 : 2
  }
  const { payload, payload_sha256 } = await assemble(resolve(folder))
  process.stdout.write(`${payload} ${payload_sha256}\n`)
  return 0
}

if (import.meta.main) process.exitCode = await main()
