import { Duration } from 'aws-cdk-lib'
import { Metric } from 'aws-cdk-lib/aws-cloudwatch'
import { Rule, Schedule } from 'aws-cdk-lib/aws-events'
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets'
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import type { FunctionMetricName } from '@bp/contracts/metrics'
import { names } from '@bp/contracts/names'
import { rotated } from '../lambda/secret-age.ts'
import { acceptStars } from './accept.ts'
import { BpFunction } from './bp-function.ts'
import type { BpStack } from './bp-stack.ts'

/** Looks once a day how old the secrets are: AWS itself measures that of none. */
export class SecretAge extends Construct {
  readonly oldestDays: Metric

  constructor(stack: BpStack, id: string) {
    super(stack, id)
    const { account, region } = stack.config
    const role = new Role(this, 'Role', {
      roleName: names.roles.secretAge,
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    })
    const looks = {
      actions: ['secretsmanager:ListSecretVersionIds'],
      // Behind the name stand six letters that only exist when the secret does.
      resources: rotated.secrets.map(
        name => `arn:aws:secretsmanager:${region}:${account}:secret:${name}-??????`,
      ),
    }
    const lists = { actions: ['ssm:DescribeParameters'], resources: ['*'] }
    const tells = {
      actions: ['cloudwatch:PutMetricData'],
      resources: ['*'],
      conditions: { StringEquals: { 'cloudwatch:namespace': names.metricNamespace } },
    }
    const writes = {
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [`arn:aws:logs:${region}:${account}:log-group:${names.logGroups.secretAge}:*`],
    }
    for (const statement of [looks, lists, tells, writes])
      role.addToPolicy(new PolicyStatement(statement))
    acceptStars(
      role,
      [lists, tells],
      'These calls know no resources: the one tells names and dates, the other is bound to one namespace.',
    )
    acceptStars(role, [writes], 'Streams get their names when it runs.')

    const run = new BpFunction(this, 'Function', {
      functionName: names.secretAge.function,
      description: 'Publishes how old the oldest secret is; reads none',
      file: 'secret-age.ts',
      logGroupName: names.logGroups.secretAge,
      role,
    })
    new Rule(this, 'Daily', {
      description: 'bp: how old are the secrets?',
      schedule: Schedule.rate(Duration.days(1)),
      targets: [new LambdaFunction(run, { retryAttempts: 2 })],
    })
    this.oldestDays = new Metric({
      namespace: names.metricNamespace,
      metricName: 'OldestSecretDays' satisfies FunctionMetricName,
      statistic: 'Maximum',
      period: Duration.days(1),
    })
  }
}
