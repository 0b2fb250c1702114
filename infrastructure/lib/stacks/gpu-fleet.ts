import { CfnCondition, CfnParameter, Fn, Tags, Token } from 'aws-cdk-lib'
import { CfnAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { CfnLaunchTemplate } from 'aws-cdk-lib/aws-ec2'
import { Topic } from 'aws-cdk-lib/aws-sns'
import type { Construct } from 'constructs'
import { names } from '@bp/contracts/names'
import type { DesiredConfig } from '@bp/contracts/shapes/desired-config'
import type { Config } from '../config/config.ts'
import { accept } from '../constructs/accept.ts'
import { BpStack } from '../constructs/bp-stack.ts'
import { FleetAlarms } from '../constructs/fleet-alarms.ts'
import { fleetMetrics } from '../constructs/fleet-metrics.ts'
import { FleetNet } from '../constructs/fleet-net.ts'
import { shareOf } from '../constructs/shared.ts'
import { userData } from '../constructs/user-data.ts'
import { WorkerRole } from '../constructs/worker-role.ts'
import { zeroTags } from '../constructs/zero-tags.ts'

/** Head-room above `max`, so that a new machine may come before an old one goes. None where nothing may run. */
const surgeOf = (max: number): number => (max === 0 ? 0 : Math.max(1, Math.ceil(max / 4)))

/** The machines of one fleet: what one is made of, the groups that hold them, and the net under the scaler. */
export class GpuFleet extends BpStack {
  private readonly fleet: DesiredConfig
  private readonly hasImage: CfnCondition

  constructor(scope: Construct, config: Config, fleet: DesiredConfig) {
    const { stage, slug } = fleet
    super(scope, names.stacks.gpuFleet(stage, slug), {
      config,
      description: `bp: the fleet ${slug} of ${stage}`,
    })
    this.fleet = fleet
    const excludeResourceTypes = ['AWS::SSM::Parameter']
    Tags.of(this).add(zeroTags.stage, stage, { excludeResourceTypes })
    Tags.of(this).add(zeroTags.slug, slug, { excludeResourceTypes })

    // A fleet is provisioned before it has an image of its own: until then it may hold no machine.
    const image = new CfnParameter(this, 'Image', {
      type: 'String',
      allowedValues: ['none', 'bp'],
      default: 'none',
      description: 'bp once the AMI pointer of this fleet names an image that bp has built',
    })
    this.hasImage = new CfnCondition(this, 'HasImage', {
      expression: Fn.conditionEquals(image.valueAsString, 'bp'),
    })

    const template = this.template()
    const subnets = [
      shareOf(this, 'network', 'private-subnet-a'),
      shareOf(this, 'network', 'private-subnet-b'),
    ]
    const spot = this.group('Spot', template, subnets, {
      name: names.autoScalingGroup(stage, slug),
      max: fleet.max + surgeOf(fleet.max),
      onDemandPercent: 0,
    })
    if (fleet.on_demand_max > 0)
      this.group('OnDemand', template, subnets, {
        name: names.onDemandGroup(stage, slug),
        max: fleet.on_demand_max,
        onDemandPercent: 100,
      })

    const metrics = fleetMetrics(fleet)
    new FleetNet(this, 'Net', {
      fleet,
      metrics,
      group: spot.ref,
      scaleToZeroTopic: shareOf(this, 'gpu-shared', 'scale-to-zero-topic'),
    })
    const tell = (tier: 'p2' | 'p3') =>
      new SnsAction(
        Topic.fromTopicArn(this, `Ops-${tier}`, shareOf(this, 'monitoring', `topic-${tier}`)),
      )
    new FleetAlarms(this, 'Alarms', { fleet, metrics, actions: { p2: tell('p2'), p3: tell('p3') } })
  }

  private template(): CfnLaunchTemplate {
    const { stage, slug } = this.fleet
    const role = new WorkerRole(this, 'Worker', { fleet: this.fleet, config: this.config })
    const tags = [
      { key: 'Project', value: 'bp' },
      { key: zeroTags.stage, value: stage },
      { key: zeroTags.slug, value: slug },
    ]
    return new CfnLaunchTemplate(this, 'Template', {
      launchTemplateName: names.launchTemplate(stage, slug),
      launchTemplateData: {
        // Resolved at each launch, so that a new image needs no deploy.
        imageId: `resolve:ssm:${names.parameters.ami(stage, slug)}`,
        iamInstanceProfile: { arn: role.profileArn },
        securityGroupIds: [shareOf(this, 'network', 'gpu-group')],
        // An agent that nobody answers powers its machine off, and that has to be the end of it.
        instanceInitiatedShutdownBehavior: 'terminate',
        // One hop: the engine's containers and sandboxes cannot reach the machine's credentials.
        metadataOptions: {
          httpEndpoint: 'enabled',
          httpTokens: 'required',
          httpPutResponseHopLimit: 1,
          instanceMetadataTags: 'disabled',
        },
        monitoring: { enabled: false },
        ebsOptimized: true,
        // Of the size of the image: a smaller one would not start, and a baked image is as big as its models.
        blockDeviceMappings: [
          {
            deviceName: '/dev/sda1',
            ebs: {
              volumeType: 'gp3',
              encrypted: true,
              deleteOnTermination: true,
            },
          },
        ],
        tagSpecifications: [{ resourceType: 'volume', tags }],
        userData: Fn.base64(
          userData({
            fleet: this.fleet,
            region: this.config.region,
            apiUrl: shareOf(this, 'compute', 'api-url'),
          }),
        ),
      },
    })
  }

  /**
   * A group that the scaler fills and empties machine by machine. No desired capacity stands here: a deploy must not
   * reset what runs. Its own minimum is 0, because a machine that a minimum holds could be ended by nobody.
   */
  private group(
    id: string,
    template: CfnLaunchTemplate,
    subnets: readonly string[],
    {
      name,
      max,
      onDemandPercent,
    }: { readonly name: string; readonly max: number; readonly onDemandPercent: 0 | 100 },
  ): CfnAutoScalingGroup {
    const group = new CfnAutoScalingGroup(this, id, {
      autoScalingGroupName: name,
      minSize: '0',
      maxSize: Token.asString(Fn.conditionIf(this.hasImage.logicalId, String(max), '0')),
      vpcZoneIdentifier: [...subnets],
      newInstancesProtectedFromScaleIn: true,
      // It would replace a healthy machine in the middle of a job.
      capacityRebalance: false,
      healthCheckType: 'EC2',
      metricsCollection: [
        {
          granularity: '1Minute',
          metrics: [
            'GroupMaxSize',
            'GroupDesiredCapacity',
            'GroupInServiceInstances',
            'GroupPendingInstances',
            'GroupTerminatingInstances',
            'GroupTotalInstances',
          ],
        },
      ],
      mixedInstancesPolicy: {
        instancesDistribution: {
          onDemandBaseCapacity: 0,
          onDemandPercentageAboveBaseCapacity: onDemandPercent,
          onDemandAllocationStrategy: 'lowest-price',
          spotAllocationStrategy: 'price-capacity-optimized',
        },
        launchTemplate: {
          launchTemplateSpecification: {
            launchTemplateId: template.ref,
            version: template.attrLatestVersionNumber,
          },
          overrides: this.fleet.instance_types.map(instanceType => ({ instanceType })),
        },
      },
    })
    accept(
      group,
      'AwsSolutions-EC26',
      'The rule cannot read mixed groups; a test holds the volume of the template encrypted.',
    )
    accept(
      group,
      'AwsSolutions-AS3',
      'Machines come and go by the minute; the decision log tells each of them.',
    )
    return group
  }
}
