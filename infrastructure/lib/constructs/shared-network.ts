import {
  SecurityGroup,
  Subnet,
  Vpc,
  type ISecurityGroup,
  type ISubnet,
  type IVpc,
} from 'aws-cdk-lib/aws-ec2'
import { accept } from './accept.ts'
import type { BpStack } from './bp-stack.ts'
import { shareOf, type Key } from './shared.ts'

type GroupKey = Extract<Key<'network'>, `${string}-group`>

/** The network as other stacks see it: read from what bp-network published. Ask once for each thing. */
export class SharedNetwork {
  readonly vpc: IVpc
  readonly #stack: BpStack

  constructor(stack: BpStack) {
    this.#stack = stack
    this.vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: shareOf(stack, 'network', 'vpc-id'),
      availabilityZones: [...stack.config.zones],
      vpcCidrBlock: vpcCidr,
    })
  }

  /** The two subnets of a kind, one a zone. */
  subnets(kind: 'public' | 'private' | 'isolated'): ISubnet[] {
    return (['a', 'b'] as const).map((letter, at) => {
      const subnet = Subnet.fromSubnetAttributes(this.#stack, `${kind}-${letter}`, {
        subnetId: shareOf(this.#stack, 'network', `${kind}-subnet-${letter}`),
        availabilityZone: this.#stack.config.zones[at] ?? '',
      })
      accept(
        subnet,
        'Annotation::@aws-cdk/aws-ec2:noSubnetRouteTableId',
        'Routes are the business of bp-network alone.',
      )
      return subnet
    })
  }

  /** A group of bp-network. Rules are added there and nowhere else, hence never by who uses it. */
  group(key: GroupKey): ISecurityGroup {
    return SecurityGroup.fromSecurityGroupId(
      this.#stack,
      key,
      shareOf(this.#stack, 'network', key),
      {
        mutable: false,
      },
    )
  }
}

export const vpcCidr = '10.40.0.0/16'

/** Where each part listens. */
export const ports = { backend: 8080, frontend: 3000, database: 3307, cache: 6379 } as const
