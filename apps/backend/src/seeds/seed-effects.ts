/** Brings the built-in effects in: `effects/<slug>/{effect.json, workflow.json, sample.webp, cover.webp}`. */
import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { extname, join } from 'node:path'
import { parseExact } from '@bp/contracts/exact-json'
import { names } from '@bp/contracts/names'
import { checkGraph } from '@bp/domain/workflows/check-graph'
import { deriveInputSchema } from '@bp/domain/workflows/derive-input-schema'
import { graphHash, structureHash } from '@bp/domain/workflows/graph-hash'
import { parseSeedEffect } from '@bp/domain/workflows/parse-seed-effect'
import { seed, type Seed, type Seeded } from '@bp/store/effects/seed'
import { list as listFleets } from '@bp/store/fleets/list'
import type { Context } from '../context.ts'
import { sniff } from '../media/sniff.ts'
import type { EffectContent } from '../routes/effects/content.ts'

/** Folders that are looked at; a repository with more has another problem. */
const foldersMax = 500
const fileBytesMax = 16_777_216

/**
 * Seeds every folder of `effectsFolder`. A faulty folder is left out alone and named in `/api/ready`; a folder that
 * has not changed writes nothing. Answers what happened, by slug.
 */
export async function seedEffects(
  effectsFolder: string,
  context: Pick<Context, 'store' | 'objects' | 'health' | 'log' | 'ownerId'>,
): Promise<ReadonlyMap<string, Seeded | 'faulty'>> {
  const { store, objects, health, log, ownerId } = context
  const outcomes = new Map<string, Seeded | 'faulty'>()
  const { stage } = names.localFleet
  const fleets = (await store.read(reader => listFleets(reader))).filter(
    fleet => fleet.stage === stage,
  )
  const only = fleets.length === 1 ? fleets[0] : undefined
  const entries = await readdir(effectsFolder, { withFileTypes: true })
  const folders = entries
    .filter(entry => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(entry => entry.name)
    .toSorted()
    .slice(0, foldersMax)

  for (const slug of folders) {
    const read = await readFolder(join(effectsFolder, slug), slug)
    if ('faults' in read) {
      outcomes.set(slug, 'faulty')
      log.error({ effect: slug, faults: read.faults }, 'a built-in effect was left out')
      health.say({ name: `effect ${slug}`, status: 'fail', text: read.faults.join(' ') })
      continue
    }
    for (const { key, contentType, bytes } of read.files)
      await objects.putBytes(key, contentType, bytes)
    outcomes.set(
      slug,
      await store.write(writer =>
        seed(writer, read.seed, {
          by: ownerId,
          assign: only === undefined ? [] : [{ stage, fleetId: only.id }],
        }),
      ),
    )
  }
  health.say({
    name: 'effects',
    status: 'ok',
    text: `${[...outcomes.values()].filter(outcome => outcome !== 'faulty').length} built-in effects are in.`,
  })
  return outcomes
}

interface MediaFile {
  readonly name: string
  readonly key: string
  readonly sha256: Buffer
  readonly contentType: string
  readonly bytes: Buffer
  readonly width: number
  readonly height: number
}
type Read =
  | { readonly seed: Seed; readonly files: readonly MediaFile[] }
  | { readonly faults: readonly string[] }

const sha256 = (data: string | Uint8Array): Buffer => createHash('sha256').update(data).digest()

async function readFolder(folder: string, slug: string): Promise<Read> {
  if (!/^[a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?$/.test(slug))
    return { faults: [`"${slug}" is no slug.`] }
  const effectText = await readText(join(folder, 'effect.json'))
  const graphText = await readText(join(folder, 'workflow.json'))
  if (effectText === undefined || graphText === undefined)
    return { faults: ['effect.json or workflow.json is not there.'] }

  let parsed: unknown
  try {
    parsed = parseExact(graphText)
  } catch {
    return { faults: ['workflow.json is not valid JSON.'] }
  }
  const checked = checkGraph(parsed)
  if (checked.graph === undefined)
    return {
      faults: checked.faults.map(fault => `workflow.json ${fault.pointer}: ${fault.message}`),
    }
  const { effect, faults } = parseSeedEffect(effectText, checked.graph)
  if (effect === undefined)
    return { faults: faults.map(fault => `effect.json ${fault.pointer}: ${fault.message}`) }

  const wanted = new Set([
    effect.pictures.cover,
    effect.pictures.sample,
    ...effect.examples.flatMap(example => Object.values(example.files)),
  ])
  const files = new Map<string, MediaFile>()
  const missing: string[] = []
  for (const name of wanted) {
    const file = await readMedia(join(folder, name), name, slug)
    if (typeof file === 'string') missing.push(file)
    else files.set(name, file)
  }
  if (missing.length > 0) return { faults: missing }

  const hexOf = (name: string): string => files.get(name)?.sha256.toString('hex') ?? ''
  const content: EffectContent = {
    name: effect.name,
    description: effect.description,
    tags: [...effect.tags],
    pictures: { cover: hexOf(effect.pictures.cover), sample: hexOf(effect.pictures.sample) },
    fixed: { ...effect.fixed },
    examples: effect.examples.map(example => ({
      name: example.name,
      input: { ...example.input },
      files: Object.fromEntries(
        Object.entries(example.files).map(([key, name]) => [key, hexOf(name)]),
      ),
    })),
  }
  const hash = createHash('sha256').update(effectText).update('\0').update(graphText)
  for (const name of [...files.keys()].toSorted()) hash.update('\0').update(hexOf(name))
  // One row a picture: cover and sample may be the very same bytes.
  const distinct = [...new Map([...files.values()].map(file => [file.key, file])).values()]
  return {
    files: distinct,
    seed: {
      slug,
      name: effect.name,
      description: effect.description,
      seedHash: hash.digest(),
      graph: Buffer.from(graphText),
      graphHash: graphHash(checked.graph, effect.inputs, sha256),
      structureHash: structureHash(checked.graph, sha256),
      inputs: JSON.stringify(effect.inputs),
      inputSchema: JSON.stringify(deriveInputSchema(effect.inputs)),
      outputs: JSON.stringify(effect.outputs),
      needs: JSON.stringify(effect.needs),
      content: JSON.stringify(content),
      media: distinct.map(file => ({
        sha256: file.sha256,
        objectKey: file.key,
        contentType: file.contentType,
        width: file.width,
        height: file.height,
        alt: altOf(file.name, effect.name, effect.pictures.sample),
      })),
    },
  }
}

const altOf = (file: string, effect: string, sample: string): string =>
  file === sample ? `The picture that ${effect} is shown on` : `What ${effect} makes of it`

async function readText(path: string): Promise<string | undefined> {
  try {
    const text = await readFile(path, 'utf8')
    return text.length > fileBytesMax ? undefined : text
  } catch {
    return undefined
  }
}

/** A picture of a folder, or what is wrong with it. */
async function readMedia(path: string, name: string, slug: string): Promise<MediaFile | string> {
  let bytes: Buffer
  try {
    bytes = await readFile(path)
  } catch {
    return `${name} is not there.`
  }
  if (bytes.byteLength > fileBytesMax) return `${name} is larger than ${fileBytesMax} bytes.`
  const seen = sniff(bytes)
  if ('refused' in seen) return `${name} is no picture: ${seen.refused}.`
  const digest = sha256(bytes)
  return {
    name,
    bytes,
    sha256: digest,
    contentType: seen.contentType,
    width: seen.width ?? 0,
    height: seen.height ?? 0,
    key: names.objectKeys.effectMedia(slug, digest.toString('hex'), extname(name).slice(1)),
  }
}
