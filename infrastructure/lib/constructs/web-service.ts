import { CfnCondition, Duration, Fn } from 'aws-cdk-lib'
import { CfnScalableTarget } from 'aws-cdk-lib/aws-applicationautoscaling'
import type { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import type { ISubnet } from 'aws-cdk-lib/aws-ec2'
import { Repository } from 'aws-cdk-lib/aws-ecr'
import {
  AlarmBehavior,
  CfnService,
  ContainerImage,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  LogDrivers,
  OperatingSystemFamily,
  type ICluster,
  type Secret,
} from 'aws-cdk-lib/aws-ecs'
import { HttpCodeTarget, type ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2'
import { Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { names } from '@bp/contracts/names'
import type { Config } from '../config/config.ts'
import { accept } from './accept.ts'
import { BpAlarm, minute } from './bp-alarm.ts'
import { bpLogGroup } from './bp-log-group.ts'
import type { BpStack } from './bp-stack.ts'
import type { FrontDoor } from './front-door.ts'
import { ports, type SharedNetwork } from './shared-network.ts'
import { parameterOf } from './shared.ts'

export interface ServiceProps {
  readonly cluster: ICluster
  readonly network: SharedNetwork
  readonly subnets: readonly ISubnet[]
  readonly config: Config
  readonly door: FrontDoor
  /** Logical id of the log group of ECS Exec. */
  readonly sessionsId: string
}

export interface WebServiceProps extends ServiceProps {
  readonly kind: 'backend' | 'frontend'
  readonly environment: Readonly<Record<string, string>>
  readonly secrets: Readonly<Record<string, Secret>>
}

/** More requests a minute than this, and a further task comes. */
const requestsPerTask = { backend: 600, frontend: 3000 } as const

/** A service of Fargate behind the front door. Without an image it is there and stands still. */
export class WebService extends Construct {
  readonly taskRole: Role

  constructor(stack: BpStack, id: string, props: WebServiceProps) {
    super(stack, id)
    const { kind, config, door } = props
    const size = config.shape.task
    const tag = parameterOf(stack, names.parameters.image(kind))
    const hasNoImage = new CfnCondition(this, 'HasNoImage', {
      expression: Fn.conditionEquals(tag, 'none'),
    })

    this.taskRole = this.role('TaskRole', names.roles[`${kind}Task`])
    const task = new FargateTaskDefinition(this, 'Task', {
      family: names.services[kind],
      cpu: size[kind].cpu,
      memoryLimitMiB: size[kind].memoryMib,
      runtimePlatform: {
        cpuArchitecture: CpuArchitecture.ARM64,
        operatingSystemFamily: OperatingSystemFamily.LINUX,
      },
      taskRole: this.taskRole,
      executionRole: this.role('StartRole', names.roles[`${kind}Start`]),
      // What must be writable where nothing else is: scratch, and the two folders of the agent behind ECS Exec.
      volumes: Object.keys(writable).map(name => ({ name })),
    })
    const container = task.addContainer(kind, {
      image: ContainerImage.fromEcrRepository(
        Repository.fromRepositoryName(this, 'Images', names.repositories[kind]),
        tag,
      ),
      portMappings: [{ containerPort: ports[kind] }],
      environment: { ...props.environment, BP_COMMIT: tag },
      secrets: { ...props.secrets },
      user: 'node',
      readonlyRootFilesystem: true,
      stopTimeout: Duration.seconds(60),
      logging: LogDrivers.awsLogs({
        logGroup: bpLogGroup(this, 'Log', names.logGroups[kind]),
        streamPrefix: kind,
      }),
    })
    container.addMountPoints(
      ...Object.entries(writable).map(([sourceVolume, containerPath]) => ({
        sourceVolume,
        containerPath,
        readOnly: false,
      })),
    )
    accept(
      task,
      'AwsSolutions-ECS2',
      'Settings stand in the environment by design; what is secret comes by reference.',
    )

    const service = new FargateService(this, 'Service', {
      serviceName: names.services[kind],
      cluster: props.cluster,
      taskDefinition: task,
      assignPublicIp: false,
      vpcSubnets: { subnets: [...props.subnets] },
      securityGroups: [props.network.group(`${kind}-group`)],
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { enable: true, rollback: true },
      healthCheckGracePeriod: Duration.seconds(60),
      enableExecuteCommand: true,
      enableECSManagedTags: true,
    })
    accept(
      this.taskRole,
      `AwsSolutions-IAM5[Resource::arn:aws:logs:${config.region}:${config.account}:log-group:<${props.sessionsId}>:*]`,
      'Streams of sessions have names that only exist when somebody opens one.',
    )
    service.attachToApplicationTargetGroup(door[kind])
    service.node.addDependency(door.loadBalancer)
    this.standStillWithoutImage(service, hasNoImage)
    this.scale(service, door[kind], kind, size, hasNoImage)

    const alarmName = names.alarms.p2(`${kind}-deploy-errors`)
    const alarm = new BpAlarm(this, 'DeployErrors', {
      name: alarmName,
      metric: serverErrors(door[kind]),
      above: 5,
      points: 2,
      of: 3,
      missing: 'notBreaching', // no request is no error
      sees: 'A part of the requests fails; during a deployment the previous version comes back by itself.',
      runbook: `docs/runbooks/site.md#${kind}-deploy-errors`,
    })
    // The name as text: a reference to the alarm could tie service and alarm into a circle.
    service.enableDeploymentAlarms([alarmName], {
      behavior: AlarmBehavior.ROLLBACK_ON_ALARM,
    })
    service.node.addDependency(alarm)
  }

  private role(id: string, roleName: string): Role {
    const role = new Role(this, id, {
      roleName,
      assumedBy: new ServicePrincipal('ecs-tasks.amazonaws.com'),
    })
    accept(role, 'AwsSolutions-IAM5[Resource::*]', 'Registry login and ECS Exec know no resource.')
    return role
  }

  /** With an image the count belongs to scaling and to the operator: a deploy neither resets nor restarts anything. */
  private standStillWithoutImage(service: FargateService, hasNoImage: CfnCondition): void {
    const resource = service.node.findChild('Service')
    if (!(resource instanceof CfnService)) throw new Error('a service without its resource')
    resource.addPropertyOverride(
      'DesiredCount',
      Fn.conditionIf(hasNoImage.logicalId, 0, { Ref: 'AWS::NoValue' }),
    )
  }

  private scale(
    service: FargateService,
    targetGroup: ApplicationTargetGroup,
    kind: 'backend' | 'frontend',
    { min, max }: Config['shape']['task'],
    hasNoImage: CfnCondition,
  ): void {
    const scaling = service.autoScaleTaskCount({ minCapacity: min, maxCapacity: max })
    scaling.scaleOnCpuUtilization('Cpu', {
      targetUtilizationPercent: 60,
      scaleInCooldown: Duration.minutes(5),
      scaleOutCooldown: minute,
    })
    scaling.scaleOnRequestCount('Requests', {
      targetGroup,
      requestsPerTarget: requestsPerTask[kind],
      scaleInCooldown: Duration.minutes(5),
      scaleOutCooldown: minute,
    })
    for (const child of scaling.node.findAll())
      if (child instanceof CfnScalableTarget)
        child.addPropertyOverride('MinCapacity', Fn.conditionIf(hasNoImage.logicalId, 0, min))
  }
}

const writable = {
  scratch: '/tmp',
  'agent-state': '/var/lib/amazon',
  'agent-log': '/var/log/amazon',
} as const

const serverErrors = (targetGroup: ApplicationTargetGroup): Metric =>
  targetGroup.metrics.httpCodeTarget(HttpCodeTarget.TARGET_5XX_COUNT, {
    period: minute,
    statistic: 'Sum',
  })
