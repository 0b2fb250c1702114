/** The document of an effect version: written by seeds, read by handlers, in one shape. */
import { z } from 'zod'

export const EffectContent = z.object({
  name: z.string(),
  description: z.string(),
  tags: z.array(z.string()),
  /** SHA-256 of the pictures, hex. */
  pictures: z.object({ cover: z.string(), sample: z.string() }),
  fixed: z.record(z.string(), z.unknown()),
  /** `files`: input key → SHA-256 of a public sample file, hex. */
  examples: z.array(
    z.object({
      name: z.string(),
      input: z.record(z.string(), z.unknown()),
      files: z.record(z.string(), z.string()),
    }),
  ),
})
export type EffectContent = z.infer<typeof EffectContent>

export const readContent = (text: string): EffectContent => EffectContent.parse(JSON.parse(text))
