import { isFleetSlug, stages, type Stage } from '@bp/contracts/fleets'
import { OperateFault } from './fault.ts'
import type { Flags } from './script.ts'

export interface FleetRef {
  readonly stage: Stage
  readonly slug: string
}

/** Flags that name a fleet; every script of fleets has them. */
export const fleetFlags = {
  stage: { isRequired: true, about: `stage of the fleet: ${stages.words.join(' or ')}` },
  slug: { isRequired: true, about: 'slug of the fleet' },
} as const

const isStage = (text: string): text is Stage => stages.words.some(stage => stage === text)

/** The fleet that the flags name. Throws `unknown_stage` or `bad_slug`, which cost nothing. */
export function fleetOf(flags: Pick<Flags, 'text'>): FleetRef {
  const stage = flags.text('stage')
  const slug = flags.text('slug')
  if (!isStage(stage))
    throw new OperateFault(
      'unknown_stage',
      `"${stage}" is no stage.`,
      `Choose ${stages.words.join(' or ')}.`,
    )
  if (!isFleetSlug(slug))
    throw new OperateFault(
      'bad_slug',
      `"${slug}" cannot be the slug of a fleet.`,
      'A slug has 1 to 32 small letters, digits or hyphens, begins and ends with a letter or digit, is not "none" and does not end in -od.',
    )
  return { stage, slug }
}
