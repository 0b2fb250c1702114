import { Duration } from 'aws-cdk-lib'
import { MathExpression, Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Topic } from 'aws-cdk-lib/aws-sns'
import { LambdaSubscription } from 'aws-cdk-lib/aws-sns-subscriptions'
import { Queue } from 'aws-cdk-lib/aws-sqs'
import type { Construct } from 'constructs'
import { names } from '@bp/contracts/names'
import type { Config } from '../config/config.ts'
import { accept, acceptStars } from '../constructs/accept.ts'
import { BpAlarm, minute } from '../constructs/bp-alarm.ts'
import { BpFunction } from '../constructs/bp-function.ts'
import { BpStack } from '../constructs/bp-stack.ts'
import { publish, shareOf } from '../constructs/shared.ts'

/** The way down to zero that needs no backend: a topic, a function, and a rule that asks again every five minutes. */
export class GpuShared extends BpStack {
  constructor(scope: Construct, config: Config) {
    super(scope, names.stacks.gpuShared, {
      config,
      description: 'bp: the fallback that ends machines when the scaler does not',
    })
    const topic = this.topic()
    const deadLetters = new Queue(this, 'DeadLetters', {
      queueName: names.scaleToZero.deadLetters,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    })
    accept(deadLetters, 'AwsSolutions-SQS3', 'It is the queue of dead letters itself.')

    const run = new BpFunction(this, 'ScaleToZero', {
      functionName: names.scaleToZero.function,
      description: 'Ends idle machines of fleets whose scaler is silent',
      file: 'scale-to-zero.ts',
      logGroupName: names.logGroups.scaleToZero,
      deadLetterQueue: deadLetters,
      environment: { BP_TOPIC_ARN: topic.topicArn },
      role: this.role(),
    })
    topic.addSubscription(new LambdaSubscription(run))
    // A topic speaks once, when an alarm begins: a run that had to refuse would never come again.
    new Rule(this, 'Again', {
      description: 'bp: looks again at fleets whose alarms ring, and at groups closed by hand',
      schedule: Schedule.rate(Duration.minutes(5)),
      targets: [new LambdaFunction(run, { retryAttempts: 2, maxEventAge: Duration.minutes(5) })],
    })
    this.alarms(deadLetters)
    publish(this, 'gpu-shared', 'scale-to-zero-topic', topic.topicArn)
  }

  private topic(): Topic {
    const topic = new Topic(this, 'Topic', {
      topicName: names.topics.scaleToZero,
      enforceSSL: true,
    })
    accept(topic, 'AwsSolutions-SNS2', 'A message says which alarm rings, and nothing else.')
    topic.addToResourcePolicy(
      new PolicyStatement({
        principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    )
    return topic
  }

  /** It may look at everything it decides by, and end machines of bp. It can launch nothing and write no size. */
  private role(): Role {
    const { account, region } = this.config
    const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`
    const role = new Role(this, 'Role', {
      roleName: names.roles.scaleToZero,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    })
    const looks = {
      actions: [
        'autoscaling:DescribeAutoScalingGroups',
        'autoscaling:DescribeScalingActivities',
        'cloudwatch:DescribeAlarms',
        'cloudwatch:GetMetricData',
        'cloudwatch:ListTagsForResource',
      ],
      resources: ['*'],
    }
    const ends = {
      actions: ['autoscaling:TerminateInstanceInAutoScalingGroup'],
      resources: [arn('autoscaling', 'autoScalingGroup:*:autoScalingGroupName/asg-*')],
    }
    const reads = {
      actions: ['ssm:GetParameter'],
      resources: [
        arn('ssm', `parameter${names.parameters.shared('compute', 'api-url')}`),
        arn('ssm', 'parameter/bp/fleets/*/fleet-secret'),
        arn('ssm', 'parameter/bp/fleets/*/*/desired_config'),
      ],
    }
    const listens = {
      actions: ['logs:FilterLogEvents'],
      resources: [arn('logs', `log-group:${names.logGroups.workers('*')}`)].map(it => `${it}:*`),
    }
    const tells = { actions: ['cloudwatch:PutMetricData'], resources: ['*'] }
    const writes = {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [arn('logs', `log-group:${names.logGroups.scaleToZero}:*`)],
    }
    for (const statement of [looks, reads, listens, writes])
      role.addToPolicy(new PolicyStatement(statement))
    role.addToPolicy(
      new PolicyStatement({
        ...ends,
        conditions: { StringEquals: { 'autoscaling:ResourceTag/Project': 'bp' } },
      }),
    )
    role.addToPolicy(
      new PolicyStatement({
        ...tells,
        conditions: { StringEquals: { 'cloudwatch:namespace': names.metricNamespace } },
      }),
    )
    acceptStars(
      role,
      [looks, tells],
      'These calls know no resources; metrics are bound to one namespace.',
    )
    acceptStars(role, [ends], 'Bound by the tag Project=bp: fleets come and go.')
    acceptStars(role, [reads, listens, writes], 'Fleets come and go; what they share is the path.')
    return role
  }

  private alarms(deadLetters: Queue): void {
    const tell = (tier: 'p2' | 'p3') =>
      new SnsAction(
        Topic.fromTopicArn(this, `Ops-${tier}`, shareOf(this, 'monitoring', `topic-${tier}`)),
      )
    const action = tell('p2')
    const thisWeek = tell('p3')
    new BpAlarm(this, 'Failing', {
      name: names.alarms.p2('scale-to-zero-failing'),
      metric: new Metric({
        namespace: 'AWS/Lambda',
        metricName: 'Errors',
        dimensionsMap: { FunctionName: names.scaleToZero.function },
        statistic: 'Sum',
        period: Duration.minutes(5),
      }),
      above: 0,
      points: 2,
      of: 3,
      missing: 'notBreaching', // nothing published is nothing run: the rule's own failures are dead letters
      sees: 'Nothing yet: machines may stay and cost money if the scaler falls silent as well.',
      runbook: 'docs/runbooks/fleets.md#scale-to-zero',
      action,
    })
    new BpAlarm(this, 'Undelivered', {
      name: names.alarms.p2('scale-to-zero-undelivered'),
      metric: deadLetters.metricApproximateNumberOfMessagesVisible({
        statistic: 'Maximum',
        period: minute,
      }),
      above: 0,
      missing: 'notBreaching', // an idle queue falls silent
      sees: 'Nothing yet: the fallback was called and did not run.',
      runbook: 'docs/runbooks/fleets.md#scale-to-zero',
      action,
    })
    for (const market of ['spot', 'on-demand'] as const)
      new BpAlarm(this, `Quota-${market}`, {
        name: names.alarms.p3(`quota-${market}`),
        metric: quotaPercent(market),
        above: 80,
        points: 3,
        of: 3,
        missing: 'notBreaching', // without a machine nothing is used
        sees: 'Nothing yet: at the quota no fleet of the account gets another machine.',
        runbook: 'docs/runbooks/fleets.md#quota',
        action: thisWeek,
      })
  }
}

/**
 * How much of the account's quota of GPU cores is in use. Both numbers come from AWS. Counted is family G, of which all
 * templates but the largest are; the P machines have a quota for each kind.
 */
function quotaPercent(market: 'spot' | 'on-demand'): MathExpression {
  const used = new Metric({
    namespace: 'AWS/Usage',
    metricName: 'ResourceCount',
    statistic: 'Maximum',
    period: Duration.minutes(5),
    dimensionsMap: {
      Class: market === 'spot' ? 'G/Spot' : 'G/OnDemand',
      Resource: 'vCPU',
      Service: 'EC2',
      Type: 'Resource',
    },
  })
  return new MathExpression({
    label: `quota in use, ${market}`,
    expression: '100 * used / SERVICE_QUOTA(used)',
    usingMetrics: { used },
    period: Duration.minutes(5),
  })
}
