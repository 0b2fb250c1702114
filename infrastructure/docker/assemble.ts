/**
 * The file tree of an image, in a folder: `node infrastructure/docker/assemble.ts <image> <folder> [--platform linux-arm64]`.
 * The folder is the context of `<image>.Dockerfile` and looks like the image's root, so it can be run where no container can.
 */
import { spawnSync } from 'node:child_process'
import { chmod, cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'

const root = join(import.meta.dirname, '../..')

/** What an image holds: a released program below `/app`, folders of the repository beside it, and empty ones to write to. */
interface Image {
  readonly bundle: string
  /** By their path in the image, where they come from. */
  readonly folders: Readonly<Record<string, string>>
  /** Single files, in the same way. */
  readonly files: Readonly<Record<string, string>>
  readonly written: readonly string[]
}

export const images = {
  backend: {
    bundle: 'backend.mjs',
    folders: { 'app/effects': 'effects' },
    // Who vouches for databases of RDS: no system knows them.
    files: { 'app/rds-ca.pem': 'infrastructure/docker/rds-ca.pem' },
    written: ['data'],
  },
  frontend: { bundle: 'frontend.mjs', folders: {}, files: {}, written: [] },
} as const satisfies Readonly<Record<string, Image>>

export type ImageName = keyof typeof images
export type ImagePlatform = 'linux-x64' | 'linux-arm64'

/** A build of the pages is in it; without an end it would hold the whole deployment. */
const bundleMsMax = 180_000

/**
 * Lays the image's tree into `folder`, which must be empty or absent: what an older build left there would be shipped.
 * Everybody may read it, whatever the umask is. Throws with the bundler's own words when it fails.
 */
export async function assemble(
  name: ImageName,
  folder: string,
  platform: ImagePlatform,
): Promise<void> {
  const { bundle, folders, files, written }: Image = images[name]
  await mkdir(folder, { recursive: true })
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty`)

  const bundles = [join(root, 'tools/bundles.ts'), join(folder, 'app'), bundle]
  const made = spawnSync(process.execPath, [...bundles, '--platform', platform], {
    encoding: 'utf8',
    timeout: bundleMsMax,
  })
  if (made.status !== 0) throw new Error(`${bundle} could not be made:\n${made.stderr}`)
  for (const [to, from] of Object.entries(folders))
    await cp(join(root, from), join(folder, to), {
      recursive: true,
      filter: path => !path.endsWith('.ts'),
    })
  for (const [to, from] of Object.entries(files)) await cp(join(root, from), join(folder, to))
  for (const path of written) {
    await mkdir(join(folder, path), { recursive: true })
    // Some builders leave an empty folder out.
    await writeFile(join(folder, path, '.keep'), '')
  }
  await openToAll(folder)
}

/** The image's user is not who built it. */
async function openToAll(folder: string): Promise<void> {
  await chmod(folder, 0o755)
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) await openToAll(path)
    else await chmod(path, entry.name.endsWith('.mjs') ? 0o755 : 0o644)
  }
}

const isImage = (name: string | undefined): name is ImageName =>
  name !== undefined && Object.hasOwn(images, name)
const isPlatform = (name: string): name is ImagePlatform => /^linux-(x64|arm64)$/.test(name)

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { platform: { type: 'string', default: 'linux-arm64' } },
  })
  const [name, folder] = positionals
  if (!isImage(name) || folder === undefined || !isPlatform(values.platform)) {
    process.stderr.write(
      `Usage: node infrastructure/docker/assemble.ts <${Object.keys(images).join('|')}> <folder> [--platform linux-arm64|linux-x64]\n`,
    )
    return 2
  }
  await assemble(name, resolve(folder), values.platform)
  return 0
}

if (import.meta.main) process.exitCode = await main()
