import { z } from 'zod'
import { isFleetSlug, stages } from '@bp/contracts/fleets'

/** The document `/bp/fleets/<stage>/<slug>/desired_config`: what the console asks of a fleet's stack. */
export const DesiredConfig = z.strictObject({
  stage: z.enum(stages.words, { error: 'stage must be staging or production' }),
  slug: z.string().refine(isFleetSlug, {
    error:
      'slug must be 1 to 32 small letters, digits or hyphens, begin and end with a letter or digit, and be neither none nor end in -od',
  }),
  /** Machine types of one class of video memory, the preferred first. */
  instance_types: z
    .array(
      z
        .string()
        .regex(/^[a-z][a-z0-9-]*\.[a-z0-9]+$/, { error: 'a machine type looks like g6.xlarge' }),
    )
    .min(1, { error: 'a fleet needs at least one machine type' })
    .max(10, { error: 'at most 10 machine types are allowed' }),
  min: z.int().min(0).max(100).default(0),
  max: z.int().min(0).max(100),
  /** Most on-demand machines of the sibling group; 0 means Spot only. */
  on_demand_max: z.int().min(0).max(20).default(1),
})
export type DesiredConfig = z.infer<typeof DesiredConfig>
