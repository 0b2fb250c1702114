/** The function behind `bp-scale-to-zero`: run by an alarm's message, and every five minutes by a rule. */
import { AutoScalingClient } from '@aws-sdk/client-auto-scaling'
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import { SSMClient } from '@aws-sdk/client-ssm'
import { runZero, type Decided } from './zero/run.ts'

/** What AWS calls. Answers what was decided, for the log of a call by hand. */
export async function handler(event: unknown): Promise<readonly Decided[]> {
  // oxlint-disable-next-line node/no-process-env -- the one place of this function that reads it
  const topicArn = process.env['BP_TOPIC_ARN'] ?? ''
  if (topicArn === '') throw new Error('BP_TOPIC_ARN is not set')
  const options = { maxAttempts: 3 }
  return runZero(event, {
    autoScaling: new AutoScalingClient(options),
    cloudWatch: new CloudWatchClient(options),
    logs: new CloudWatchLogsClient(options),
    ssm: new SSMClient(options),
    topicArn,
    nowMs: Date.now,
    log: line => process.stdout.write(`${JSON.stringify(line)}\n`),
  })
}
