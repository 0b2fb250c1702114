import type { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { names } from '@bp/contracts/names'
import type { DesiredConfig } from '@bp/contracts/shapes/desired-config'
import { kindOfPointer, makePointer, type ImageKind } from './ami-pointer.ts'
import type { Assembly } from './cdk.ts'
import { checkFleet, type FleetClouds } from './fleet-checks.ts'
import type { FleetRef } from './fleet-ref.ts'
import type { Say } from './script.ts'
import { makeWorkerLogGroup } from './worker-log-group.ts'

export interface ProvisionClouds extends FleetClouds {
  readonly logs: CloudWatchLogsClient
  /** Opens the app with this fleet in it. */
  readonly assemble: (fleet: DesiredConfig) => Promise<Assembly>
}

export interface Provisioned {
  readonly stack: string
  readonly image: ImageKind
  readonly imageId: string
}

/**
 * Makes what a fleet needs and its stack alone. Everything that can be known to fail is asked first; the app is opened
 * before anything is made, so that a document that no stack can be made of leaves nothing behind.
 */
export async function provisionFleet(
  clouds: ProvisionClouds,
  fleet: FleetRef,
  zones: readonly string[],
  say: Say,
): Promise<Provisioned> {
  const config = await checkFleet(clouds, fleet, zones, say)
  await using assembly = await clouds.assemble(config)
  await makePointer(clouds.ssm, fleet, say)
  const { kind, imageId } = await kindOfPointer(clouds, fleet)
  await makeWorkerLogGroup(clouds.logs, fleet.slug)
  const stack = names.stacks.gpuFleet(fleet.stage, fleet.slug)
  say(
    `${stack}: deploys, image ${imageId} (${kind === 'bp' ? 'of bp' : 'public: no machine yet'}).`,
  )
  await assembly.deploy(stack, { Image: kind })
  return { stack, image: kind, imageId }
}
