import { RemovalPolicy } from 'aws-cdk-lib'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { Construct } from 'constructs'

/** A log group that keeps a month and goes with its stack. */
export const bpLogGroup = (scope: Construct, id: string, logGroupName: string): LogGroup =>
  new LogGroup(scope, id, {
    logGroupName,
    retention: RetentionDays.ONE_MONTH,
    removalPolicy: RemovalPolicy.DESTROY,
  })
