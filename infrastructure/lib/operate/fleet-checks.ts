import type { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import type { EC2Client } from '@aws-sdk/client-ec2'
import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas'
import type { SSMClient } from '@aws-sdk/client-ssm'
import { names } from '@bp/contracts/names'
import type { DesiredConfig } from '@bp/contracts/shapes/desired-config'
import { demandCore, demandDeployable } from './core-stacks.ts'
import { findDesiredConfig } from './desired-config.ts'
import { OperateFault } from './fault.ts'
import type { FleetRef } from './fleet-ref.ts'
import { demandOffered, demandQuota } from './machine-types.ts'
import { findParameter } from './parameter.ts'
import type { Say } from './script.ts'

export interface FleetClouds {
  readonly cloudformation: CloudFormationClient
  readonly ec2: EC2Client
  readonly serviceQuotas: ServiceQuotasClient
  readonly ssm: SSMClient
}

/** Written by `cdk bootstrap`, with the qualifier of cdk.json. */
const bootstrapVersion = '/cdk-bootstrap/bp/version'

async function demandBootstrap(ssm: SSMClient): Promise<void> {
  if ((await findParameter(ssm, bootstrapVersion)) !== undefined) return
  throw new OperateFault(
    'no_bootstrap',
    'The CDK is not bootstrapped in this account and region.',
    'npx cdk bootstrap',
  )
}

/** All that can be known to go wrong before anything of a fleet is made or changed. Answers its document. */
export async function checkFleet(
  clouds: FleetClouds,
  fleet: FleetRef,
  zones: readonly string[],
  say: Say,
): Promise<DesiredConfig> {
  const config = await findDesiredConfig(clouds.ssm, fleet)
  await demandBootstrap(clouds.ssm)
  await demandCore(clouds.cloudformation)
  await demandDeployable(clouds.cloudformation, [names.stacks.gpuFleet(fleet.stage, fleet.slug)])
  await demandOffered(clouds.ec2, config.instance_types, zones, say)
  await demandQuota(clouds.serviceQuotas, config)
  return config
}
