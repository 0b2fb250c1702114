/**
 * `node place-bundle.ts <id> <manifest> <bucket> <folder>`: every file of a bundle to `<folder>/models/<path>`, then the
 * manifest to `<folder>/bundle.json`. It runs on the builder alone, away from the repository, so it imports nothing of it.
 *
 * A file that is there with its hash is not fetched again; one with another hash never gets its name. Ends with 0, with 28
 * when the disk is too small, otherwise with 1 and a sentence.
 */
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

interface BundleFile {
  readonly kind: string
  readonly sha256: string
  readonly sizeBytes: number
  readonly path: string
}

const filesMax = 1000
/** 100 GB at the slowest that a bucket in the same region gives. */
const fetchMsMax = 3_600_000
const diskFull = 28

class Refusal extends Error {
  readonly exitCode: number
  constructor(sentence: string, exitCode = 1) {
    super(sentence)
    this.exitCode = exitCode
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const isName = (value: unknown): value is string =>
  typeof value === 'string' && /^[a-z0-9][a-z0-9_-]{0,63}$/.test(value)
const isHash = (value: unknown): value is string =>
  typeof value === 'string' && /^[0-9a-f]{64}$/.test(value)
const isSize = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value > 0
/** Relative, without `.` and `..`, and never hidden. */
const isPath = (value: unknown): value is string =>
  typeof value === 'string' &&
  value.length <= 512 &&
  value.split('/').every(part => /^[\w][\w .+()-]*$/.test(part))

/** The files of a manifest. Throws a refusal that names the first entry that cannot be carried out. */
function readManifest(text: string, id: string): readonly BundleFile[] {
  let manifest: unknown
  try {
    manifest = JSON.parse(text)
  } catch {
    throw new Refusal(`the manifest of ${id} is no JSON`)
  }
  if (!isRecord(manifest) || manifest['id'] !== id)
    throw new Refusal(`the manifest of ${id} does not carry this id`)
  const { models } = manifest
  if (!Array.isArray(models) || models.length === 0 || models.length > filesMax)
    throw new Refusal(`the manifest of ${id} must list 1 to ${filesMax} models`)
  const paths = new Set<string>()
  return models.map((model: unknown, at) => {
    const refuse = (what: string) => new Refusal(`models[${at}] of ${id}: ${what}`)
    if (!isRecord(model)) throw refuse('is no object')
    const { kind, sha256, size_bytes: sizeBytes, path, action = 'copy' } = model
    if (!isName(kind)) throw refuse('kind is missing or no name')
    if (!isHash(sha256)) throw refuse('sha256 is missing or no hash')
    if (!isSize(sizeBytes)) throw refuse('size_bytes is missing or no size')
    if (!isPath(path)) throw refuse('path is missing, or leads out of the models')
    if (action !== 'copy') throw refuse('only files that are copied can be baked')
    if (paths.has(path)) throw refuse(`${path} is named twice`)
    paths.add(path)
    return { kind, sha256, sizeBytes, path }
  })
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path)) hash.update(chunk)
  return hash.digest('hex')
}

async function sizeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).size
  } catch {
    return null
  }
}

const isThere = async (path: string, { sha256, sizeBytes }: BundleFile): Promise<boolean> =>
  (await sizeOf(path)) === sizeBytes && (await hashOf(path)) === sha256

/** Under another name until it is known to be the right one. */
async function fetchFile(bucket: string, file: BundleFile, target: string): Promise<void> {
  const part = `${target}.part`
  const source = `s3://${bucket}/assets/${file.kind}/${file.sha256}`
  await mkdir(dirname(target), { recursive: true })
  try {
    const got = spawnSync('aws', ['s3', 'cp', '--only-show-errors', source, part], {
      encoding: 'utf8',
      timeout: fetchMsMax,
    })
    if (got.status !== 0) {
      if (got.stderr.includes('No space left on device'))
        throw new Refusal('the disk is full. Raise root_size_gb.', diskFull)
      throw new Refusal(`${file.path} cannot be fetched from ${source}: ${got.stderr.trim()}`)
    }
    if (!(await isThere(part, file)))
      throw new Refusal(
        `${source} is not what the manifest says: ${await sizeOf(part)} bytes with the hash ${await hashOf(part)}. Upload the model again.`,
      )
    await rename(part, target)
  } finally {
    await rm(part, { force: true })
  }
}

async function main(args: readonly string[]): Promise<number> {
  const [id, manifest, bucket, folder] = args
  if (id === undefined || manifest === undefined || bucket === undefined || folder === undefined) {
    process.stderr.write('Usage: node place-bundle.ts <id> <manifest> <bucket> <folder>\n')
    return 2
  }
  try {
    const text = await readFile(manifest, 'utf8')
    const models = join(folder, 'models')
    const missing: BundleFile[] = []
    for (const file of readManifest(text, id))
      if (!(await isThere(join(models, file.path), file))) missing.push(file)

    await mkdir(models, { recursive: true })
    const disk = await statfs(models)
    const neededBytes = missing.reduce((sum, file) => sum + file.sizeBytes, 0)
    if (neededBytes > disk.bavail * disk.bsize)
      throw new Refusal(
        `the bundle needs ${Math.ceil(neededBytes / 1e9)} GB more than is free. Raise root_size_gb.`,
        diskFull,
      )
    for (const file of missing) {
      await fetchFile(bucket, file, join(models, file.path))
      process.stdout.write(`place-bundle: ${file.path}\n`)
    }
    await writeFile(join(folder, 'bundle.json'), text, { mode: 0o644 })
    process.stdout.write(`place-bundle: ${id} is in place, ${missing.length} fetched\n`)
    return 0
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    process.stderr.write(`place-bundle: ${error.message}\n`)
    return error.exitCode
  }
}

process.exitCode = await main(process.argv.slice(2))
