import type { InputSchema } from '@bp/contracts/inputs/schema'
import type { Effect, EffectSummary } from '@bp/contracts/shapes/effects'
import { deriveInputSchema } from '@bp/domain/workflows/derive-input-schema'
import type { PublishedEffect } from '@bp/store/effects/published-effect'
import type { EffectMediaRow } from '@bp/store/effects/rows'
import type { UsualRun } from '../../effects/usual-runs.ts'
import type { ObjectStore } from '../../objects/object-store.ts'
import { readInputs, readOutputs } from '../workflows/documents.ts'
import { readContent } from './content.ts'

type PublicFiles = Pick<ObjectStore, 'publicPath'>

export async function effectToSummary(
  effect: PublishedEffect,
  objects: PublicFiles,
  usual: UsualRun | undefined,
): Promise<EffectSummary> {
  const content = readContent(effect.content)
  const picture = async (sha256: string): Promise<EffectSummary['cover']> => {
    const media = mediaOf(effect, sha256)
    return media === undefined ? null : pictureToWire(media, objects)
  }
  return {
    slug: effect.slug,
    name: content.name,
    description: content.description,
    tags: content.tags,
    state: 'published',
    cover: await picture(content.pictures.cover),
    sample: await picture(content.pictures.sample),
    output_kind: readOutputs(effect.outputs)[0]?.kind ?? 'file',
    usual_run_ms: usual ?? null,
  }
}

export async function effectToWire(
  effect: PublishedEffect,
  objects: PublicFiles,
  usual: UsualRun | undefined,
): Promise<Effect> {
  const content = readContent(effect.content)
  return {
    ...(await effectToSummary(effect, objects, usual)),
    workflow: { slug: effect.workflowSlug, version: effect.workflowN },
    fixed: content.fixed,
    input_schema: schemaToWire(deriveInputSchema(readInputs(effect.inputs), content.fixed)),
    examples: await Promise.all(
      content.examples.map(async ({ name, input, files }) => ({
        name,
        input,
        files: await pathsOf(files, effect, objects),
      })),
    ),
    rev: effect.n,
  }
}

const mediaOf = (effect: PublishedEffect, sha256: string): EffectMediaRow | undefined =>
  effect.media.find(one => one.sha256.toString('hex') === sha256)

/** Addresses of an example's files, by the key of their input; empty for one that is not there. */
async function pathsOf(
  files: Readonly<Record<string, string>>,
  effect: PublishedEffect,
  objects: PublicFiles,
): Promise<Record<string, string>> {
  const paths = Object.entries(files).map(async ([key, sha256]) => {
    const media = mediaOf(effect, sha256)
    return [key, media === undefined ? '' : await objects.publicPath(media.objectKey)] as const
  })
  return Object.fromEntries(await Promise.all(paths))
}

/** The same schema without `readonly`, as the wire's shape has it. */
export const schemaToWire = (schema: InputSchema): Effect['input_schema'] => ({
  type: 'object',
  properties: Object.fromEntries(
    Object.entries(schema.properties).map(([key, field]) => [
      key,
      { ...field, 'x-bp': { ...field['x-bp'] } },
    ]),
  ),
  required: [...schema.required],
  additionalProperties: false,
})

const pictureToWire = async (
  media: EffectMediaRow,
  objects: PublicFiles,
): Promise<NonNullable<EffectSummary['cover']>> => ({
  url: await objects.publicPath(media.objectKey),
  width: media.width,
  height: media.height,
  content_type: media.contentType,
  alt: media.alt,
})
