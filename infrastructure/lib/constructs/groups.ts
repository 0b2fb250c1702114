import { Peer, Port, SecurityGroup, type IVpc } from 'aws-cdk-lib/aws-ec2'
import { Construct } from 'constructs'
import { accept } from './accept.ts'
import type { BpStack } from './bp-stack.ts'
import { ports } from './shared-network.ts'
import { publish } from './shared.ts'

export interface GroupsProps {
  readonly vpc: IVpc
  readonly hasCertificate: boolean
}

/**
 * Who may speak to whom. All rules stand here, because a rule of one stack on the group of another ties both together.
 *
 *   people → alb → backend → database, cache
 *                → frontend
 *   gpu    → out at 443 (that is how it reaches the alb too)
 */
export class Groups extends Construct {
  readonly backend: SecurityGroup
  readonly frontend: SecurityGroup
  readonly #vpc: IVpc

  constructor(stack: BpStack, id: string, { vpc, hasCertificate }: GroupsProps) {
    super(stack, id)
    this.#vpc = vpc
    const group = this.group.bind(this)
    const alb = group('alb', 'bp load balancer')
    const backend = group('backend', 'bp backend tasks')
    const frontend = group('frontend', 'bp frontend tasks')
    this.backend = backend
    this.frontend = frontend
    const database = group('database', 'bp database')
    const cache = group('cache', 'bp cache')
    const gpu = group('gpu', 'bp GPU workers')

    const speak = (from: SecurityGroup, to: SecurityGroup, port: number, why: string) => {
      from.addEgressRule(to, Port.tcp(port), why)
      to.addIngressRule(from, Port.tcp(port), why)
    }
    speak(alb, backend, ports.backend, 'api')
    speak(alb, frontend, ports.frontend, 'pages')
    speak(backend, database, ports.database, 'queue and truth')
    speak(backend, cache, ports.cache, 'hints')

    for (const port of hasCertificate ? [80, 443] : [80])
      alb.addIngressRule(Peer.anyIpv4(), Port.tcp(port), 'people')
    accept(alb, 'AwsSolutions-EC23', 'The front door: people come from anywhere.')

    for (const inside of [backend, frontend, gpu])
      inside.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'AWS, registries, the front door')
    // Without a certificate the front door speaks HTTP only, and workers have to come in there.
    if (!hasCertificate) gpu.addEgressRule(Peer.anyIpv4(), Port.tcp(80), 'front door without TLS')

    publish(stack, 'network', 'alb-group', alb.securityGroupId)
    publish(stack, 'network', 'backend-group', backend.securityGroupId)
    publish(stack, 'network', 'frontend-group', frontend.securityGroupId)
    publish(stack, 'network', 'database-group', database.securityGroupId)
    publish(stack, 'network', 'cache-group', cache.securityGroupId)
    publish(stack, 'network', 'gpu-group', gpu.securityGroupId)
  }

  /** A group that lets nobody in and nothing out, until a rule says so. */
  group(name: string, description: string): SecurityGroup {
    return new SecurityGroup(this, name, {
      vpc: this.#vpc,
      securityGroupName: `bp-${name}`,
      description,
      allowAllOutbound: false,
    })
  }
}
