import type { InputSchema } from '@bp/contracts/inputs/schema'
import type { Effect, EffectSummary } from '@bp/contracts/shapes/effects'
import { deriveInputSchema } from '@bp/domain/workflows/derive-input-schema'
import type { PublishedEffect } from '@bp/store/effects/published-effect'
import type { EffectMediaRow } from '@bp/store/effects/rows'
import type { UsualRun } from '../../effects/usual-runs.ts'
import type { ObjectStore } from '../../objects/object-store.ts'
import { readInputs, readOutputs } from '../workflows/documents.ts'
import { readContent } from './content.ts'

export function effectToSummary(
  effect: PublishedEffect,
  objects: Pick<ObjectStore, 'publicPath'>,
  usual: UsualRun | undefined,
): EffectSummary {
  const content = readContent(effect.content)
  const picture = (sha256: string): EffectSummary['cover'] => {
    const media = effect.media.find(one => one.sha256.toString('hex') === sha256)
    return media === undefined ? null : pictureToWire(media, objects)
  }
  return {
    slug: effect.slug,
    name: content.name,
    description: content.description,
    tags: content.tags,
    state: 'published',
    cover: picture(content.pictures.cover),
    sample: picture(content.pictures.sample),
    output_kind: readOutputs(effect.outputs)[0]?.kind ?? 'file',
    usual_run_ms: usual ?? null,
  }
}

export function effectToWire(
  effect: PublishedEffect,
  objects: Pick<ObjectStore, 'publicPath'>,
  usual: UsualRun | undefined,
): Effect {
  const content = readContent(effect.content)
  const publicPath = (sha256: string): string => {
    const media = effect.media.find(one => one.sha256.toString('hex') === sha256)
    return media === undefined ? '' : objects.publicPath(media.objectKey)
  }
  return {
    ...effectToSummary(effect, objects, usual),
    workflow: { slug: effect.workflowSlug, version: effect.workflowN },
    fixed: content.fixed,
    input_schema: schemaToWire(deriveInputSchema(readInputs(effect.inputs), content.fixed)),
    examples: content.examples.map(example => ({
      name: example.name,
      input: example.input,
      files: Object.fromEntries(
        Object.entries(example.files).map(([key, sha256]) => [key, publicPath(sha256)]),
      ),
    })),
    rev: effect.n,
  }
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

const pictureToWire = (
  media: EffectMediaRow,
  objects: Pick<ObjectStore, 'publicPath'>,
): NonNullable<EffectSummary['cover']> => ({
  url: objects.publicPath(media.objectKey),
  width: media.width,
  height: media.height,
  content_type: media.contentType,
  alt: media.alt,
})
