import { Duration } from 'aws-cdk-lib'
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager'
import {
  type ApplicationListener,
  ApplicationLoadBalancer,
  ApplicationProtocol,
  ApplicationTargetGroup,
  ListenerAction,
  ListenerCondition,
  SslPolicy,
  TargetType,
} from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { Construct } from 'constructs'
import { names } from '@bp/contracts/names'
import type { Config } from '../config/config.ts'
import { ports, type SharedNetwork } from './shared-network.ts'

export interface FrontDoorProps {
  readonly network: SharedNetwork
  readonly config: Config
}

/** The one way in: `/api/*` to the backend, everything else to the frontend. */
export class FrontDoor extends Construct {
  readonly loadBalancer: ApplicationLoadBalancer
  readonly backend: ApplicationTargetGroup
  readonly frontend: ApplicationTargetGroup
  /** How people and workers reach bp, without a slash at the end. */
  readonly url: string

  constructor(scope: Construct, id: string, { network, config }: FrontDoorProps) {
    super(scope, id)
    this.loadBalancer = new ApplicationLoadBalancer(this, 'LoadBalancer', {
      loadBalancerName: names.loadBalancer,
      vpc: network.vpc,
      vpcSubnets: { subnets: network.subnets('public') },
      internetFacing: true,
      securityGroup: network.group('alb-group'),
      dropInvalidHeaderFields: true,
      // Live events are silent for up to a minute; twice that keeps their connection.
      idleTimeout: Duration.seconds(120),
      deletionProtection: false,
    })
    this.loadBalancer.setAttribute('access_logs.s3.enabled', 'true')
    this.loadBalancer.setAttribute('access_logs.s3.bucket', names.buckets.access(config.account))
    this.loadBalancer.setAttribute('access_logs.s3.prefix', 'alb')

    const group = (name: 'backend' | 'frontend', path: string) =>
      new ApplicationTargetGroup(this, name, {
        targetGroupName: names.services[name],
        vpc: network.vpc,
        port: ports[name],
        protocol: ApplicationProtocol.HTTP,
        targetType: TargetType.IP,
        deregistrationDelay: Duration.seconds(30),
        healthCheck: {
          path,
          healthyHttpCodes: '200',
          interval: Duration.seconds(10),
          timeout: Duration.seconds(5),
          healthyThresholdCount: 2,
          unhealthyThresholdCount: 3,
        },
      })
    // Not /api/up: that one asks the database, and a database that is away must not end the tasks that wait for it.
    this.backend = group('backend', '/api/live')
    this.frontend = group('frontend', '/up')

    const listener = this.listen(config.certificateArn)
    listener.addAction('Api', {
      priority: 10,
      conditions: [ListenerCondition.pathPatterns(['/api/*'])],
      action: ListenerAction.forward([this.backend]),
    })
    const host = config.domain ?? this.loadBalancer.loadBalancerDnsName
    this.url = `${config.certificateArn === undefined ? 'http' : 'https'}://${host}`
  }

  private listen(certificateArn: string | undefined): ApplicationListener {
    const defaultAction = ListenerAction.forward([this.frontend])
    if (certificateArn === undefined)
      return this.loadBalancer.addListener('Http', { port: 80, open: false, defaultAction })
    this.loadBalancer.addListener('Redirect', {
      port: 80,
      open: false,
      defaultAction: ListenerAction.redirect({ protocol: 'HTTPS', port: '443', permanent: true }),
    })
    return this.loadBalancer.addListener('Https', {
      port: 443,
      open: false,
      certificates: [Certificate.fromCertificateArn(this, 'Certificate', certificateArn)],
      sslPolicy: SslPolicy.RECOMMENDED_TLS,
      defaultAction,
    })
  }
}
