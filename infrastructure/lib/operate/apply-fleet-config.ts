import { names } from '@bp/contracts/names'
import type { DesiredConfig } from '@bp/contracts/shapes/desired-config'
import { kindOfPointer, type ImageKind } from './ami-pointer.ts'
import type { Assembly } from './cdk.ts'
import { OperateFault } from './fault.ts'
import { checkFleet, type FleetClouds } from './fleet-checks.ts'
import type { FleetRef } from './fleet-ref.ts'
import type { Say } from './script.ts'
import { findStackStatus } from './stack-state.ts'

export interface ApplyClouds extends FleetClouds {
  readonly assemble: (fleet: DesiredConfig) => Promise<Assembly>
}

export interface Applied {
  readonly stack: string
  readonly image: ImageKind
  readonly isApplied: boolean
}

/** Throws `not_confirmed` when something else than the slug was typed. Nothing typed is no consent, and no fault. */
export function isConfirmed(slug: string, typed: string | undefined): boolean {
  if (typed === undefined) return false
  if (typed === slug) return true
  throw new OperateFault(
    'not_confirmed',
    `"${typed}" is not the slug of this fleet, so nothing was changed.`,
    `Type ${slug} to confirm.`,
  )
}

/**
 * Brings the fleet's stack to its document and to its image. Without consent it only tells what would change. Machines that
 * run are not touched: the next ones are made from what was applied.
 */
export async function applyFleetConfig(
  clouds: ApplyClouds,
  fleet: FleetRef,
  { zones, hasConsent }: { readonly zones: readonly string[]; readonly hasConsent: boolean },
  say: Say,
  tell: (markdown: string) => void,
): Promise<Applied> {
  const stack = names.stacks.gpuFleet(fleet.stage, fleet.slug)
  const config = await checkFleet(clouds, fleet, zones, say)
  if ((await findStackStatus(clouds.cloudformation, stack)) === undefined)
    throw new OperateFault(
      'no_core_stack',
      `Stack ${stack} is not deployed yet.`,
      `Run provision-gpu-fleet.yml for ${fleet.stage}/${fleet.slug} first.`,
    )
  const { kind, imageId } = await kindOfPointer(clouds, fleet)
  await using assembly = await clouds.assemble(config)
  tell(`### ${stack}\n\n\`\`\`diff\n${(await assembly.diff(stack)).trim()}\n\`\`\`\n`)
  say(
    kind === 'bp'
      ? `Image ${imageId} is of bp: up to ${config.max} machines may run.`
      : `Image ${imageId} is not of bp: no machine may run until build-ami.yml has made one.`,
  )
  if (hasConsent) await assembly.deploy(stack, { Image: kind })
  return { stack, image: kind, isApplied: hasConsent }
}
