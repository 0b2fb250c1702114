import { RemovalPolicy } from 'aws-cdk-lib'
import type { ISubnet } from 'aws-cdk-lib/aws-ec2'
import { CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache'
import type { ISecret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import { names } from '@bp/contracts/names'
import type { Shape } from '../config/shapes.ts'
import { accept } from './accept.ts'
import { ports, type SharedNetwork } from './shared-network.ts'

export interface CacheProps {
  readonly network: SharedNetwork
  readonly subnets: readonly ISubnet[]
  readonly size: Shape['cache']
  readonly authToken: ISecret
}

const versions = { redis: '7.1', valkey: '8.0' } as const

/** Hints between backends. Nothing is lost with it, so it is neither backed up nor kept. */
export class Cache extends Construct {
  readonly host: string

  constructor(
    scope: Construct,
    id: string,
    { network, subnets: isolated, size, authToken }: CacheProps,
  ) {
    super(scope, id)
    const subnets = new CfnSubnetGroup(this, 'Subnets', {
      cacheSubnetGroupName: names.cache,
      description: 'bp: no way out',
      subnetIds: isolated.map(subnet => subnet.subnetId),
    })
    const several = size.nodes > 1
    const group = new CfnReplicationGroup(this, 'Group', {
      replicationGroupId: names.cache,
      replicationGroupDescription: 'bp: hints between backends',
      engine: size.engine,
      engineVersion: versions[size.engine],
      cacheNodeType: size.node,
      numCacheClusters: size.nodes,
      automaticFailoverEnabled: several,
      multiAzEnabled: several,
      port: ports.cache,
      cacheSubnetGroupName: subnets.ref,
      securityGroupIds: [network.group('cache-group').securityGroupId],
      transitEncryptionEnabled: true,
      transitEncryptionMode: 'required',
      atRestEncryptionEnabled: true,
      // A reference that CloudFormation resolves: the token itself stands in no template.
      authToken: authToken.secretValue.unsafeUnwrap(),
      autoMinorVersionUpgrade: true,
      preferredMaintenanceWindow: 'sun:05:30-sun:06:30',
    })
    group.applyRemovalPolicy(RemovalPolicy.DESTROY)
    accept(
      group,
      'AwsSolutions-AEC5',
      'Who may come is decided by its group, TLS and a token; another port number keeps nobody out.',
    )
    if (!several)
      accept(
        group,
        'AwsSolutions-AEC4',
        'The cheapest shape has one node: without hints the backends ask the database, a second later.',
      )
    this.host = group.attrPrimaryEndPointAddress
  }
}
