import {
  InterfaceVpcEndpointAwsService,
  Port,
  type SecurityGroup,
  type Vpc,
} from 'aws-cdk-lib/aws-ec2'
import { Construct } from 'constructs'
import type { BpStack } from './bp-stack.ts'
import type { Groups } from './groups.ts'

const { ECR, ECR_DOCKER, CLOUDWATCH_LOGS, CLOUDWATCH_MONITORING } = InterfaceVpcEndpointAwsService
const { SECRETS_MANAGER, SSM, SSM_MESSAGES, EC2, AUTOSCALING } = InterfaceVpcEndpointAwsService

/** What tasks ask AWS for, and why. S3 has a gateway of its own in every mode. */
export const endpointServices = {
  'ecr-api': ECR, // which layers an image has
  'ecr-docker': ECR_DOCKER, // the layers' addresses; the bytes come through the gateway of S3
  logs: CLOUDWATCH_LOGS,
  metrics: CLOUDWATCH_MONITORING, // what alarms read
  secrets: SECRETS_MANAGER,
  parameters: SSM, // pointers and fleet secrets
  sessions: SSM_MESSAGES, // ECS Exec
  machines: EC2,
  groups: AUTOSCALING,
} as const

/**
 * The way to AWS of a network without a way out. Nine endpoints in two zones cost more than a NAT gateway: this is for
 * those who may have none, not for those who save.
 */
export class Endpoints extends Construct {
  constructor(
    stack: BpStack,
    id: string,
    { vpc, groups }: { readonly vpc: Vpc; readonly groups: Groups },
  ) {
    super(stack, id)
    const inside: readonly SecurityGroup[] = [groups.backend, groups.frontend]
    const endpoint = groups.group('endpoints', 'bp endpoints of AWS')
    for (const from of inside) endpoint.addIngressRule(from, Port.tcp(443), 'AWS')
    for (const [name, service] of Object.entries(endpointServices))
      vpc.addInterfaceEndpoint(name, {
        service,
        subnets: { subnets: vpc.privateSubnets },
        securityGroups: [endpoint],
        open: false,
        privateDnsEnabled: true,
      })
  }
}
