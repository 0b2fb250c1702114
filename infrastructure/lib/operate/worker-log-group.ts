import {
  CreateLogGroupCommand,
  PutRetentionPolicyCommand,
  ResourceAlreadyExistsException,
  type CloudWatchLogsClient,
} from '@aws-sdk/client-cloudwatch-logs'
import { names } from '@bp/contracts/names'

const retentionDays = 30

/** The log group of a slug. It belongs to no stack: the same slug may stand in both stages, and both write to it. */
export async function makeWorkerLogGroup(logs: CloudWatchLogsClient, slug: string): Promise<void> {
  const logGroupName = names.logGroups.workers(slug)
  try {
    await logs.send(new CreateLogGroupCommand({ logGroupName, tags: { Project: 'bp' } }))
  } catch (error) {
    if (!(error instanceof ResourceAlreadyExistsException)) throw error
  }
  await logs.send(new PutRetentionPolicyCommand({ logGroupName, retentionInDays: retentionDays }))
}
