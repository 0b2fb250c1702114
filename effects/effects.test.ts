import { spawn, type ChildProcess } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { checkGraph } from '@bp/domain/workflows/check-graph'
import { parseSeedEffect, type SeedEffect } from '@bp/domain/workflows/parse-seed-effect'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const PICTURE_BYTES_MAX = 120 * 1024
const folders = (await readdir(import.meta.dirname, { withFileTypes: true })).filter(entry => entry.isDirectory()).map(entry => entry.name)

type Graph = Record<string, { class_type: string; inputs: Record<string, unknown> }>

const pathOf = (slug: string, file: string): string => path.join(import.meta.dirname, slug, file)
const readText = (slug: string, file: string): Promise<string> => readFile(pathOf(slug, file), 'utf8')

async function readEffect(slug: string): Promise<SeedEffect> {
  const graph = checkGraph(JSON.parse(await readText(slug, 'workflow.json')), '').graph
  const { effect, faults } = parseSeedEffect(await readText(slug, 'effect.json'), graph)
  if (effect === undefined) throw new Error(`${slug}: ${JSON.stringify(faults)}`)
  return effect
}

describe.each(folders)('the folder of %s', slug => {
  it('is complete, and every input and output is in its graph', async () => {
    const effect = await readEffect(slug)
    const files = new Set(['effect.json', 'workflow.json', 'cover.webp', 'sample.webp', ...effect.examples.flatMap(({ files: named }) => Object.values(named))])
    expect(new Set(await readdir(path.join(import.meta.dirname, slug)))).toEqual(files)
    expect(effect.examples.length).toBeGreaterThan(0)
    expect(effect.inputs.filter(({ kind }) => kind !== 'image').length).toBeGreaterThanOrEqual(2)
  })

  it('has pictures that fit on a page', async () => {
    for (const name of (await readdir(path.join(import.meta.dirname, slug))).filter(file => file.endsWith('.webp'))) {
      const { width, height, format } = await sharp(pathOf(slug, name)).metadata()
      expect(format).toBe('webp')
      expect(Math.max(width, height)).toBeLessThanOrEqual(1024)
      expect(Math.min(width, height)).toBeGreaterThanOrEqual(240)
      expect((await stat(pathOf(slug, name))).size).toBeLessThanOrEqual(PICTURE_BYTES_MAX)
    }
  })
})

describe('on the demo engine', () => {
  let base: string
  let child: ChildProcess
  let url: string

  beforeAll(async () => {
    base = await mkdtemp(path.join(tmpdir(), 'bp-effects-'))
    const bin = path.join(import.meta.dirname, '..', 'apps', 'demo-engine', 'bin', 'demo-engine.ts')
    const started = spawn(process.execPath, [bin, '--base-directory', base], { stdio: ['ignore', 'pipe', 'ignore'] })
    child = started
    const line = await new Promise<string>(resolve => createInterface({ input: started.stdout }).once('line', resolve))
    ;({ url } = JSON.parse(line))
  })

  afterAll(async () => {
    const ended = new Promise(resolve => child.once('exit', resolve))
    child.kill('SIGTERM')
    await ended
    await rm(base, { recursive: true, force: true })
  })

  /** The graph as it stands, with the inputs given in place of its own values. */
  async function fill(slug: string, effect: SeedEffect, values: Record<string, unknown>): Promise<Graph> {
    const graph: Graph = JSON.parse(await readText(slug, 'workflow.json'))
    for (const { key, kind, targets, schema } of effect.inputs) {
      const file = kind === 'image' ? effect.examples[0]?.files[key] : undefined
      const value = file === undefined ? (values[key] ?? schema.default) : await upload(slug, file)
      for (const { node, field } of targets)
        if (value !== undefined) graph[node]!.inputs[field] = kind === 'seed' ? Number(value) : value
    }
    return graph
  }

  async function upload(slug: string, file: string): Promise<string> {
    const form = new FormData()
    form.set('image', new Blob([new Uint8Array(await readFile(pathOf(slug, file)))]), file)
    form.set('subfolder', slug)
    const answer: { name: string } = JSON.parse(await (await fetch(`${url}/upload/image`, { method: 'POST', body: form })).text())
    return `${slug}/${answer.name}`
  }

  async function run(graph: Graph, outputNode: string): Promise<Buffer> {
    const submitted: { prompt_id: string; node_errors: unknown } = JSON.parse(
      await (await fetch(`${url}/prompt`, { method: 'POST', body: JSON.stringify({ prompt: graph }) })).text(),
    )
    expect(submitted.node_errors).toEqual({})
    for (;;) {
      const history: Record<string, { outputs: Record<string, { images: { filename: string; subfolder: string }[] }>; status: unknown }> = JSON.parse(
        await (await fetch(`${url}/history/${submitted.prompt_id}`)).text(),
      )
      const entry = history[submitted.prompt_id]
      if (entry === undefined) {
        await sleep(10)
        continue
      }
      expect(entry.status).toMatchObject({ status_str: 'success' })
      const file = entry.outputs[outputNode]?.images[0]
      return readFile(path.join(base, 'output', file?.subfolder ?? '', file?.filename ?? ''))
    }
  }

  it.each(folders)('%s makes a picture from its defaults, and another from each example', async slug => {
    const effect = await readEffect(slug)
    const output = effect.outputs[0]?.node_id ?? ''
    for (const values of [{}, ...effect.examples.map(({ input }) => input)]) {
      const picture = await run(await fill(slug, effect, values), output)
      const { width, height } = await sharp(picture).metadata()
      expect(Math.max(width, height)).toBeGreaterThanOrEqual(512)
      expect(Math.max(width, height)).toBeLessThanOrEqual(1600)
      const { entropy } = await sharp(picture).stats()
      expect(entropy, 'a picture of one colour').toBeGreaterThan(1)
    }
  })

  it.each(folders)('%s bears the ends of every range', async slug => {
    const effect = await readEffect(slug)
    const ends = (['minimum', 'maximum'] as const).map(end =>
      Object.fromEntries(
        effect.inputs
          .map(({ key, schema, kind }): [string, unknown] => {
            if (kind === 'bool') return [key, end === 'maximum']
            return [key, kind === 'enum' ? schema.enum?.at(end === 'minimum' ? 0 : -1) : schema[end]]
          })
          .filter(([, value]) => value !== undefined),
      ),
    )
    for (const values of ends) {
      const picture = await run(await fill(slug, effect, values), effect.outputs[0]?.node_id ?? '')
      expect((await sharp(picture).metadata()).width).toBeGreaterThan(100)
    }
  })
})
