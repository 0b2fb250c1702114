import { z } from 'zod'
import {
  fleetTemplates,
  fleetTemplateSlugs,
  isFleetSlug,
  isFleetTemplate,
  stages,
} from '../fleets.ts'

const fields = {
  stage: z.enum(stages.words, { error: 'stage must be staging or production' }),
  slug: z.string().refine(isFleetSlug, {
    error:
      'slug must be 1 to 32 small letters, digits or hyphens, begin and end with a letter or digit, and be neither none nor end in -od',
    params: { code: 'slug_invalid' },
  }),
  /** What people read. Empty: the slug is the name. */
  name: z.string().trim().max(80, { error: 'name may have at most 80 characters' }).default(''),
  /** The class of machines: an entry of `fleetTemplates`. */
  template: z
    .string()
    .refine(isFleetTemplate, {
      error: `template must be one of ${fleetTemplateSlugs.join(', ')}`,
      params: { code: 'template_unknown', allowed: fleetTemplateSlugs },
    })
    .default('gpu-24gb'),
  /** Machine types of the template's class, the preferred first. */
  instance_types: z
    .array(z.string())
    .min(1, { error: 'a fleet needs at least one machine type' })
    .max(10, { error: 'at most 10 machine types are allowed' }),
  min: z.int().min(0).max(100).default(0),
  max: z.int().min(0).max(100),
  /** Most on-demand machines of the sibling group; 0 means Spot only. */
  on_demand_max: z.int().min(0).max(20).default(1),
}

/**
 * What only the document as a whole can get wrong. It is asked even when a single field is wrong too, so that whoever
 * wrote the document hears everything at once; that is why nothing of `value` is taken for granted.
 */
function checkWhole(value: Readonly<Record<string, unknown>>, context: z.RefinementCtx): void {
  const { min, max, template = 'gpu-24gb', instance_types: types } = value
  if (typeof min === 'number' && typeof max === 'number' && min > max)
    context.addIssue({
      code: 'custom',
      path: ['min'],
      message: `${min} is more than max, which is ${max}: lower min or raise max`,
      params: { code: 'min_above_max', allowed: { maximum: max } },
    })
  if (typeof template !== 'string' || !isFleetTemplate(template) || !Array.isArray(types)) return
  const { instanceTypes, title } = fleetTemplates[template]
  const allowed: readonly string[] = instanceTypes
  for (const [at, type] of types.entries())
    if (typeof type === 'string' && !allowed.includes(type))
      context.addIssue({
        code: 'custom',
        path: ['instance_types', at],
        message: `${type.slice(0, 40)} is no machine of ${template} (${title}): choose among ${allowed.join(', ')}, or another template`,
        params: { code: 'instance_type_unknown', allowed },
      })
}
const always = { when: () => true }

/** The document `/bp/fleets/<stage>/<slug>/desired_config`: what the console asks of a fleet's stack. */
export const DesiredConfig = z.strictObject(fields).superRefine(checkWhole, always)
export type DesiredConfig = z.infer<typeof DesiredConfig>

/** Asks for a fleet: its document, in which the template may choose the machine types, and what it is to serve. */
export const FleetCreate = z
  .strictObject({
    ...fields,
    instance_types: fields.instance_types.optional(),
    /** Workflows that it serves on its stage from now on: all that no other fleet serves, or those named. */
    workflows: z.union([z.literal('all'), z.array(z.string().max(32)).max(200)]).default('all'),
  })
  .superRefine(checkWhole, always)
export type FleetCreate = z.infer<typeof FleetCreate>
