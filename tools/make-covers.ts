import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import sharp from 'sharp'

// Makes `cover.webp` of the built-in effects by running each on its own sample.
//   node tools/make-covers.ts [slug …]          on the demo engine
//   COMFYUI_URL=http://… node tools/make-covers.ts --to FOLDER [slug …]   on a real engine, to compare

const COVER_BYTES_MAX = 120 * 1024
const COVER_SIDE_MAX = 1024
const RUN_MS_MAX = 120_000

interface Effect {
  readonly inputs: readonly {
    readonly key: string
    readonly kind: string
    readonly targets: readonly { readonly node: string; readonly field: string }[]
    readonly schema: { readonly default?: unknown }
  }[]
  readonly examples: readonly {
    readonly input: Record<string, unknown>
    readonly files: Record<string, string>
  }[]
}
type Graph = Record<string, { class_type: string; inputs: Record<string, unknown> }>
interface FileRef {
  readonly filename: string
  readonly subfolder: string
  readonly type: string
}

const effectsFolder = path.join(import.meta.dirname, '..', 'effects')
const args = process.argv.slice(2)
const toFolder = args[0] === '--to' ? args.splice(0, 2)[1] : undefined
const engine =
  process.env['COMFYUI_URL'] === undefined
    ? await startEngine()
    : { url: process.env['COMFYUI_URL'], stop: async () => {} }
try {
  for (const slug of args.length > 0 ? args : await effectSlugs()) {
    const began = performance.now()
    const picture = await runEffect(engine.url, slug)
    const ms = Math.round(performance.now() - began)
    const cover = await fitCover(picture)
    await writeFile(
      toFolder === undefined
        ? path.join(effectsFolder, slug, 'cover.webp')
        : path.join(toFolder, `${slug}.webp`),
      cover,
    )
    console.log(`${slug}: ${ms} ms, ${picture.length} bytes, cover ${cover.length} bytes`)
  }
} finally {
  await engine.stop()
}

async function effectSlugs(): Promise<readonly string[]> {
  const entries = await readdir(effectsFolder, { withFileTypes: true })
  return entries.filter(entry => entry.isDirectory()).map(entry => entry.name)
}

async function startEngine(): Promise<{ url: string; stop: () => Promise<void> }> {
  const base = await mkdtemp(path.join(tmpdir(), 'bp-covers-'))
  const bin = path.join(import.meta.dirname, '..', 'apps', 'demo-engine', 'bin', 'demo-engine.ts')
  const child = spawn(process.execPath, [bin, '--base-directory', base], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, MALLOC_ARENA_MAX: '2' },
  })
  const [line] = await new Promise<string[]>(resolve =>
    createInterface({ input: child.stdout }).once('line', text => resolve([text])),
  )
  const { url }: { url: string } = JSON.parse(line ?? '')
  return {
    url,
    stop: async () => {
      const ended = new Promise(resolve => child.once('exit', resolve))
      child.kill('SIGTERM')
      await ended
      await rm(base, { recursive: true, force: true })
    },
  }
}

/** Runs an effect with its first example and answers the bytes of its first picture. */
async function runEffect(url: string, slug: string): Promise<Buffer> {
  const folder = path.join(effectsFolder, slug)
  const effect: Effect = JSON.parse(await readFile(path.join(folder, 'effect.json'), 'utf8'))
  const graph: Graph = JSON.parse(await readFile(path.join(folder, 'workflow.json'), 'utf8'))
  const example = effect.examples[0]
  for (const { key, kind, targets, schema } of effect.inputs) {
    const file = example?.files[key]
    const given = example?.input[key] ?? schema.default
    const value =
      file === undefined
        ? kind === 'seed'
          ? Number(given)
          : given
        : await upload(url, slug, path.join(folder, file))
    for (const { node, field } of targets) {
      const found = graph[node]
      if (found && value !== undefined) found.inputs[field] = value
    }
  }
  return run(url, graph)
}

async function upload(url: string, slug: string, file: string): Promise<string> {
  const form = new FormData()
  form.set('image', new Blob([new Uint8Array(await readFile(file))]), path.basename(file))
  form.set('subfolder', `covers/${slug}`)
  form.set('overwrite', 'true')
  const response = await fetch(`${url}/upload/image`, { method: 'POST', body: form })
  const { name, subfolder }: { name: string; subfolder: string } = JSON.parse(await response.text())
  return `${subfolder}/${name}`
}

async function run(url: string, graph: Graph): Promise<Buffer> {
  const response = await fetch(`${url}/prompt`, {
    method: 'POST',
    body: JSON.stringify({ prompt: graph }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`the graph was refused: ${text}`)
  const { prompt_id: id }: { prompt_id: string } = JSON.parse(text)
  for (const deadline = Date.now() + RUN_MS_MAX; Date.now() < deadline; await sleep(50)) {
    const history: Record<
      string,
      {
        outputs: Record<string, { images?: FileRef[] }>
        status: { status_str: string; messages: unknown }
      }
    > = JSON.parse(await (await fetch(`${url}/history/${id}`)).text())
    const entry = history[id]
    if (entry === undefined) continue
    const file = Object.values(entry.outputs).flatMap(({ images = [] }) => images)[0]
    if (entry.status.status_str !== 'success' || file === undefined)
      throw new Error(`the run failed: ${JSON.stringify(entry.status.messages)}`)
    const query = new URLSearchParams({
      filename: file.filename,
      subfolder: file.subfolder,
      type: file.type,
    })
    return Buffer.from(await (await fetch(`${url}/view?${query.toString()}`)).arrayBuffer())
  }
  throw new Error('the run did not end in time')
}

/** Fits a result into a cover's measures: smaller sides first, then lower quality. Animations stay animated. */
async function fitCover(picture: Buffer): Promise<Buffer> {
  const { pages = 1 } = await sharp(picture).metadata()
  const sides = pages > 1 ? [480, 420, 360] : [COVER_SIDE_MAX, 900]
  for (const side of sides) {
    for (let quality = 86; quality >= 46; quality -= 8) {
      const resized = sharp(picture, { animated: pages > 1 }).resize({
        width: side,
        ...(pages > 1 ? {} : { height: side }),
        fit: 'inside',
        withoutEnlargement: true,
      })
      const cover = await resized.webp({ quality, effort: 6 }).toBuffer()
      if (cover.length <= COVER_BYTES_MAX) return cover
    }
  }
  throw new Error('the picture does not fit into a cover')
}
