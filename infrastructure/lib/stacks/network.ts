import { Fn, RemovalPolicy } from 'aws-cdk-lib'
import {
  CfnNatGateway,
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpointAwsService,
  InstanceClass,
  InstanceSize,
  InstanceType,
  IpAddresses,
  MachineImage,
  AmazonLinuxCpuType,
  NatInstanceProviderV2,
  NatProvider,
  NatTrafficDirection,
  Peer,
  Port,
  RouterType,
  Subnet,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { names } from '@bp/contracts/names'
import type { Config, NatMode } from '../config/config.ts'
import { accept } from '../constructs/accept.ts'
import { asVpc } from '../constructs/as-interface.ts'
import { BpStack } from '../constructs/bp-stack.ts'
import { Endpoints } from '../constructs/endpoints.ts'
import { Groups } from '../constructs/groups.ts'
import { vpcCidr } from '../constructs/shared-network.ts'
import { publish } from '../constructs/shared.ts'

/** The network, and every rule of who may speak to whom. Nothing in it has a public address but the load balancer and NAT. */
export class Network extends BpStack {
  constructor(scope: Construct, config: Config) {
    super(scope, names.stacks.network, {
      config,
      description: 'bp: network and who may speak to whom',
      protected: true,
    })
    const nat = natOf(config.nat)
    const vpc = new Vpc(this, 'Vpc', {
      ipAddresses: IpAddresses.cidr(vpcCidr),
      maxAzs: 2,
      ...(nat && { natGatewayProvider: nat }),
      natGateways: nat ? 1 : 0,
      subnetConfiguration: [
        { name: 'public', subnetType: SubnetType.PUBLIC, cidrMask: 22, mapPublicIpOnLaunch: false },
        { name: 'private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 20 },
        { name: 'isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
      gatewayEndpoints: {
        s3: { service: GatewayVpcEndpointAwsService.S3 },
        dynamodb: { service: GatewayVpcEndpointAwsService.DYNAMODB },
      },
    })
    accept(
      vpc,
      'CloudFormation-Validate::W3010',
      'The zones that have GPU machines are known; a lookup would make every synth ask AWS.',
    )
    const regional = config.nat === 'regional' ? this.addRegionalNat(vpc) : undefined
    if (nat instanceof NatInstanceProviderV2) {
      nat.securityGroup.addIngressRule(Peer.ipv4(vpcCidr), Port.allTraffic(), 'from inside only')
      for (const gateway of nat.gatewayInstances) {
        gateway.instance.blockDeviceMappings = [
          { deviceName: '/dev/xvda', ebs: { encrypted: true, volumeType: 'gp3', volumeSize: 8 } },
        ]
        accept(gateway, 'AwsSolutions-EC28', 'The cheapest shape does without detailed metrics.')
        accept(
          gateway,
          'AwsSolutions-EC29',
          'It holds nothing: whoever ends it by mistake gets the same one from the next deploy.',
        )
      }
    }
    vpc.addFlowLog('Refused', {
      trafficType: FlowLogTrafficType.REJECT,
      destination: FlowLogDestination.toCloudWatchLogs(
        new LogGroup(this, 'RefusedLog', {
          logGroupName: names.logGroups.refused,
          retention: RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      ),
    })
    publish(this, 'network', 'vpc-id', vpc.vpcId)
    const kinds = [
      ['public', vpc.publicSubnets],
      ['private', vpc.privateSubnets],
      ['isolated', vpc.isolatedSubnets],
    ] as const
    for (const [kind, subnets] of kinds)
      for (const [at, letter] of (['a', 'b'] as const).entries())
        publish(this, 'network', `${kind}-subnet-${letter}`, subnets[at]?.subnetId ?? '')

    const groups = new Groups(this, 'Groups', {
      vpc: asVpc(vpc),
      hasCertificate: config.certificateArn !== undefined,
    })
    if (config.nat === 'none') new Endpoints(this, 'Endpoints', { vpc, groups })
    publish(this, 'network', 'nat-gateway', regional ?? this.natGatewayId(nat, vpc))
  }

  /** One NAT gateway for all zones: it survives the loss of one, at the price of two zones' gateways. */
  private addRegionalNat(vpc: Vpc): string {
    const gateway = new CfnNatGateway(this, 'RegionalNat', {
      availabilityMode: 'regional',
      connectivityType: 'public',
      vpcId: vpc.vpcId,
    })
    for (const subnet of vpc.privateSubnets)
      if (subnet instanceof Subnet)
        subnet.addRoute('Out', {
          routerType: RouterType.NAT_GATEWAY,
          routerId: gateway.attrNatGatewayId,
          enablesInternetConnectivity: true,
        })
    return gateway.attrNatGatewayId
  }

  private natGatewayId(nat: NatProvider | undefined, vpc: Vpc): string {
    if (this.config.nat !== 'gateway') return 'none'
    const [gateway] = nat?.configuredGateways ?? []
    if (gateway === undefined) throw new Error(`no NAT gateway in ${vpc.node.path}`)
    return Fn.join('', [gateway.gatewayId])
  }
}

function natOf(mode: NatMode): NatProvider | undefined {
  if (mode === 'regional' || mode === 'none') return undefined
  if (mode === 'gateway') return NatProvider.gateway()
  return NatProvider.instanceV2({
    instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.NANO),
    machineImage: MachineImage.latestAmazonLinux2023({ cpuType: AmazonLinuxCpuType.ARM_64 }),
    defaultAllowedTraffic: NatTrafficDirection.OUTBOUND_ONLY,
    associatePublicIpAddress: true,
  })
}
