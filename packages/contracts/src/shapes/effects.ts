import { z } from 'zod'
import { effectStates } from '../effects.ts'
import { Ms, Slug } from './wire.ts'

/** A picture of an effect; `url` is relative to the files origin when it starts with `/`. */
const Picture = z.object({
  url: z.string(),
  width: z.int(),
  height: z.int(),
  content_type: z.string(),
  alt: z.string(),
})

/** What people fill in, as a JSON Schema subset; its type is `InputSchema` of `inputs/schema`. */
export const InputSchemaShape = z.object({
  type: z.literal('object'),
  properties: z.record(z.string(), z.looseObject({ 'x-bp': z.looseObject({ kind: z.string() }) })),
  required: z.array(z.string()),
  additionalProperties: z.literal(false),
})

const EffectExample = z.object({
  name: z.string(),
  input: z.record(z.string(), z.unknown()),
  /** Input key → address of a public sample file. */
  files: z.record(z.string(), z.string()),
})

export const EffectSummary = z.object({
  slug: Slug,
  name: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  state: z.enum(effectStates.words),
  cover: Picture.nullable(),
  sample: Picture.nullable(),
  output_kind: z.string(),
  /** Usual time from start to result, [p50, p90]; null until there are runs to tell from. */
  usual_run_ms: z.tuple([Ms, Ms]).nullable(),
})

export const Effect = EffectSummary.extend({
  workflow: z.object({ slug: Slug, version: z.int() }),
  fixed: z.record(z.string(), z.unknown()),
  input_schema: InputSchemaShape,
  examples: z.array(EffectExample),
  rev: z.int(),
})
export type EffectSummary = z.infer<typeof EffectSummary>
export type Effect = z.infer<typeof Effect>
