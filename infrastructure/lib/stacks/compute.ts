import { Annotations, CfnElement } from 'aws-cdk-lib'
import { Cluster, ContainerInsights, ExecuteCommandLogging } from 'aws-cdk-lib/aws-ecs'
import type { LogGroup } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'
import { names } from '@bp/contracts/names'
import type { Config } from '../config/config.ts'
import { asCluster } from '../constructs/as-interface.ts'
import { BackendService } from '../constructs/backend-service.ts'
import { bpLogGroup } from '../constructs/bp-log-group.ts'
import { BpStack } from '../constructs/bp-stack.ts'
import { FrontDoor } from '../constructs/front-door.ts'
import { FrontendService } from '../constructs/frontend-service.ts'
import { SharedNetwork } from '../constructs/shared-network.ts'
import { publish } from '../constructs/shared.ts'

/** The two services behind the front door. They stand still until the first Deploy has brought an image. */
export class Compute extends BpStack {
  constructor(scope: Construct, config: Config) {
    super(scope, names.stacks.compute, { config, description: 'bp: services and front door' })
    if (config.certificateArn === undefined)
      Annotations.of(this).addWarningV2(
        'bp:http-only',
        'No certificate is configured: sign-in links and files travel in the clear. Set domain and certificate_arn before people use it.',
      )
    const network = new SharedNetwork(this)
    const sessions = bpLogGroup(this, 'Sessions', names.logGroups.sessions)
    const cluster = new Cluster(this, 'Cluster', {
      clusterName: names.cluster,
      vpc: network.vpc,
      containerInsightsV2: config.shape.containerInsights
        ? ContainerInsights.ENABLED
        : ContainerInsights.DISABLED,
      executeCommandConfiguration: {
        logging: ExecuteCommandLogging.OVERRIDE,
        logConfiguration: {
          cloudWatchLogGroup: sessions,
        },
      },
    })
    const door = new FrontDoor(this, 'FrontDoor', { network, config })
    const sessionsId = this.getLogicalId(resourceOf(sessions))
    const common = {
      cluster: asCluster(cluster),
      network,
      subnets: network.subnets('private'),
      config,
      door,
      sessionsId,
    }
    new BackendService(this, 'Backend', common)
    new FrontendService(this, 'Frontend', common)

    publish(this, 'compute', 'api-url', door.url)
    publish(this, 'compute', 'load-balancer', door.loadBalancer.loadBalancerFullName)
    publish(this, 'compute', 'load-balancer-host', door.loadBalancer.loadBalancerDnsName)
    publish(this, 'compute', 'backend-target-group', door.backend.targetGroupFullName)
    publish(this, 'compute', 'frontend-target-group', door.frontend.targetGroupFullName)
  }
}

function resourceOf(group: LogGroup): CfnElement {
  const child = group.node.defaultChild
  if (child instanceof CfnElement) return child
  throw new Error('a log group without its resource')
}
