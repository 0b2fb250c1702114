import { CfnBudget } from 'aws-cdk-lib/aws-budgets'
import {
  AlarmRule,
  AlarmState,
  CompositeAlarm,
  Dashboard,
  GraphWidget,
  MathExpression,
  AlarmStatusWidget,
  type IAlarm,
} from 'aws-cdk-lib/aws-cloudwatch'
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions'
import type { Construct } from 'constructs'
import type { CloudMetricName } from '@bp/contracts/metrics'
import { names } from '@bp/contracts/names'
import type { Config } from '../config/config.ts'
import { BpAlarm, describe, minute } from '../constructs/bp-alarm.ts'
import { BpStack } from '../constructs/bp-stack.ts'
import { coreAlarms, coreMetrics } from '../constructs/core-alarms.ts'
import { OpsTopics } from '../constructs/ops-topics.ts'
import { SecretAge } from '../constructs/secret-age.ts'
import { publish } from '../constructs/shared.ts'

/** Says when something is wrong, how urgent it is, and where to read on. */
export class Monitoring extends BpStack {
  constructor(scope: Construct, config: Config) {
    super(scope, names.stacks.monitoring, {
      config,
      description: 'bp: alarms, dashboard, budget',
    })
    const topics = new OpsTopics(this, 'Topics', { email: config.alertEmail })
    // P1 is for the core alone, which is here.
    for (const tier of ['p2', 'p3'] as const)
      publish(this, 'monitoring', `topic-${tier}`, topics[tier].topicArn)

    const metrics = coreMetrics(this)
    const siteDown: IAlarm[] = []
    const secretAge = new SecretAge(this, 'SecretAge')
    const all = coreAlarms({ ...metrics, secretDays: secretAge.oldestDays }, config).map(
      ({ id, tier, isSiteDown, ...alarm }) => {
        const made = new BpAlarm(this, id, {
          ...alarm,
          name: names.alarms[tier](alarm.what),
          // Three alarms of one outage are one message: the composite's.
          ...(!isSiteDown && { action: new SnsAction(topics[tier]) }),
        })
        if (isSiteDown) siteDown.push(made)
        return made
      },
    )
    const composite = new CompositeAlarm(this, 'SiteDown', {
      compositeAlarmName: names.alarms.p1('site-down'),
      alarmDescription: describe(config.region, {
        sees: 'People cannot use bp, or every second thing fails.',
        runbook: 'docs/runbooks/site.md#site-down',
      }),
      alarmRule: AlarmRule.anyOf(
        ...siteDown.map(alarm => AlarmRule.fromAlarm(alarm, AlarmState.ALARM)),
      ),
    })
    composite.addAlarmAction(new SnsAction(topics.p1))
    composite.addOkAction(new SnsAction(topics.p1))

    const dashboard = new Dashboard(this, 'Dashboard', { dashboardName: names.dashboard })
    dashboard.addWidgets(new AlarmStatusWidget({ alarms: all, width: 24, height: 4 }))
    dashboard.addWidgets(
      new GraphWidget({ title: 'Requests', left: [metrics.requests], width: 8 }),
      new GraphWidget({ title: 'Failed, %', left: [metrics.failedPercent], width: 8 }),
      new GraphWidget({ title: 'Answer time, p95', left: [metrics.latency], width: 8 }),
    )
    dashboard.addWidgets(
      new GraphWidget({
        title: 'Healthy targets',
        left: [metrics.healthyBackend, metrics.healthyFrontend],
        width: 8,
      }),
      new GraphWidget({
        title: 'Database',
        left: [metrics.databaseCpu],
        right: [metrics.databaseConnections],
        width: 8,
      }),
      new GraphWidget({ title: 'Cache', left: [metrics.cacheCpu, metrics.cacheMemory], width: 8 }),
    )
    const everyFleet = (metricName: CloudMetricName, statistic = 'Maximum') =>
      new MathExpression({
        label: '',
        expression: `SEARCH('{${names.metricNamespace},FleetSlug,Stage} MetricName="${metricName}"', '${statistic}', 60)`,
        usingMetrics: {},
        period: minute,
      })
    dashboard.addWidgets(
      new GraphWidget({ title: 'Jobs, by fleet', left: [everyFleet('QueueDepth')], width: 8 }),
      new GraphWidget({
        title: 'Workers, by fleet',
        left: [everyFleet('ActiveWorkers')],
        width: 8,
      }),
      new GraphWidget({
        title: 'Scaler able, by fleet',
        left: [everyFleet('ScalerHeartbeat', 'Minimum')],
        width: 8,
      }),
    )
    this.budget(config)
  }

  private budget({ alertEmail, budgetUsdMonth }: Config): void {
    const notify = (kind: 'ACTUAL' | 'FORECASTED', threshold: number) => ({
      notification: {
        comparisonOperator: 'GREATER_THAN',
        notificationType: kind,
        threshold,
        thresholdType: 'PERCENTAGE',
      },
      subscribers: [{ subscriptionType: 'EMAIL', address: alertEmail }],
    })
    new CfnBudget(this, 'Budget', {
      budget: {
        budgetName: names.budget,
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: budgetUsdMonth, unit: 'USD' },
      },
      notificationsWithSubscribers: [
        notify('ACTUAL', 50),
        notify('ACTUAL', 80),
        notify('ACTUAL', 100),
        notify('FORECASTED', 100),
      ],
    })
  }
}
