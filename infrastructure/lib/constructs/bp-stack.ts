import { Stack, Tags } from 'aws-cdk-lib'
import { ManagedPolicy, PermissionsBoundary } from 'aws-cdk-lib/aws-iam'
import type { Construct } from 'constructs'
import { names } from '@bp/contracts/names'
import type { Config } from '../config/config.ts'

export interface BpStackProps {
  readonly config: Config
  readonly description: string
  /** Ending such a stack by mistake would hurt people: it must be unlocked first. */
  readonly protected?: boolean
}

/** What all stacks of bp share: account and region by configuration, zones by table, tags, a boundary for every role. */
export class BpStack extends Stack {
  readonly config: Config

  constructor(scope: Construct, name: string, props: BpStackProps) {
    const { account, region } = props.config
    super(scope, name, {
      env: { account, region },
      description: props.description,
      terminationProtection: props.protected ?? false,
    })
    this.config = props.config
    // A pointer whose tags change would be written again, and lose what the Deploy workflow put there.
    const excludeResourceTypes = ['AWS::SSM::Parameter']
    Tags.of(this).add('Project', 'bp', { excludeResourceTypes })
    Tags.of(this).add('Stack', name, { excludeResourceTypes })
    Tags.of(this).add('ManagedBy', 'cdk', { excludeResourceTypes })
    Tags.of(this).add('CostCenter', 'bp', { excludeResourceTypes })
    if (name !== names.stacks.cicd)
      PermissionsBoundary.of(this).apply(
        ManagedPolicy.fromManagedPolicyName(this, 'Boundary', names.roles.boundary),
      )
  }

  /** Without this, a `Vpc` asks AWS for the zones even when they are given to it. */
  override get availabilityZones(): string[] {
    return [...this.config.zones]
  }
}
