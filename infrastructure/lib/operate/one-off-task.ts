/** One task of the backend's image, with another command: what must run beside the database, once. */
import { GetLogEventsCommand, type CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs'
import {
  DescribeTasksCommand,
  RunTaskCommand,
  StopTaskCommand,
  type ECSClient,
  type Task,
} from '@aws-sdk/client-ecs'
import type { SSMClient } from '@aws-sdk/client-ssm'
import { names } from '@bp/contracts/names'
import { OperateFault } from './fault.ts'
import { findParameter } from './parameter.ts'
import type { Say } from './script.ts'
import { findRevision, findService } from './service.ts'
import { tagOf } from './task-revision.ts'
import { waitUntil, type Look, type Patience } from './wait-until.ts'

export interface Clouds {
  readonly ecs: ECSClient
  readonly logs: CloudWatchLogsClient
  readonly ssm: SSMClient
}

export interface OneOff {
  /** Words behind the entry point of the image. */
  readonly command: readonly string[]
  /** ARN of the revision to run; without it the one in service. */
  readonly revision: string | undefined
  readonly patience: Patience
}

/** What a task has ended with. */
export interface TaskEnd {
  readonly taskId: string
  readonly tag: string
  readonly exitCode: number
  /** The last lines of its log, oldest first. */
  readonly log: readonly string[]
}

const container = 'backend'
const logLinesMax = 1_000

/**
 * Runs one task and waits for its end. Throws `no_image` where no image has ever been brought, and `timed_out` after
 * stopping a task that does not end. Its own exit code is handed back, not judged.
 */
export async function runOneOff(clouds: Clouds, oneOff: OneOff, say: Say): Promise<TaskEnd> {
  const { ecs, logs } = clouds
  const revision = oneOff.revision ?? (await findService(ecs, 'backend')).taskDefinition ?? ''
  const definition = await findRevision(ecs, revision)
  const tag = tagOf(definition)
  if (tag === 'none')
    throw new OperateFault(
      'no_image',
      'No image of the backend is in service yet, so there is nothing to run.',
      'Run the Deploy workflow first; it migrates the database too.',
    )
  say(`Starts ${oneOff.command.join(' ')} with image ${tag}.`)
  const { tasks = [], failures = [] } = await ecs.send(
    new RunTaskCommand({
      cluster: names.cluster,
      taskDefinition: definition.taskDefinitionArn,
      launchType: 'FARGATE',
      count: 1,
      startedBy: 'bp-workflow',
      networkConfiguration: { awsvpcConfiguration: await networkOf(clouds.ssm) },
      overrides: { containerOverrides: [{ name: container, command: [...oneOff.command] }] },
    }),
  )
  const [arn] = tasks.flatMap(({ taskArn }) => taskArn ?? [])
  if (arn === undefined)
    throw new OperateFault(
      'task_failed',
      `The task was not started: ${failures.map(({ reason }) => reason).join(', ') || 'no reason given'}.`,
      'Run it again; for lack of capacity, some minutes later.',
    )
  const taskId = arn.slice(arn.lastIndexOf('/') + 1)
  const task = await ended(ecs, arn, oneOff.patience, say)
  const log = await tailOf(logs, `${container}/${container}/${taskId}`)
  for (const line of log) say(`  ${line}`)
  return { taskId, tag, exitCode: exitCodeOf(task), log }
}

/** Where the backend itself runs: it reaches the database from there, and nobody reaches it. */
async function networkOf(ssm: SSMClient) {
  const of = async (key: string): Promise<string> => {
    const name = names.parameters.shared('network', key)
    const value = await findParameter(ssm, name)
    if (value !== undefined) return value
    throw new OperateFault(
      'no_core_stack',
      `${name} is not there, so the network is not deployed.`,
      `npx cdk deploy ${names.stacks.network} --exclusively`,
    )
  }
  return {
    subnets: [await of('private-subnet-a'), await of('private-subnet-b')],
    securityGroups: [await of('backend-group')],
    assignPublicIp: 'DISABLED' as const,
  }
}

async function ended(ecs: ECSClient, task: string, patience: Patience, say: Say): Promise<Task> {
  const look = async (): Promise<Look<Task>> => {
    const { tasks = [] } = await ecs.send(
      new DescribeTasksCommand({ cluster: names.cluster, tasks: [task] }),
    )
    const [found] = tasks
    if (found?.lastStatus === 'STOPPED') return { done: found }
    return { missing: `it is ${found?.lastStatus?.toLowerCase() ?? 'not visible yet'}` }
  }
  try {
    return await waitUntil('The task', patience, say, look)
  } catch (error) {
    const reason = 'it did not end in time'
    await ecs.send(new StopTaskCommand({ cluster: names.cluster, task, reason }))
    throw error
  }
}

/** A container that never ran has no exit code; the reason of the whole task then says why. */
function exitCodeOf(task: Task): number {
  const code = task.containers?.find(({ name }) => name === container)?.exitCode
  if (code !== undefined) return code
  throw new OperateFault(
    'task_failed',
    `The task never ran: ${task.stoppedReason ?? 'no reason given'}.`,
    `Look whether its image and its secrets are there: aws ecs describe-tasks --cluster ${names.cluster} --tasks ${task.taskArn ?? ''}`,
  )
}

async function tailOf(logs: CloudWatchLogsClient, logStreamName: string): Promise<string[]> {
  try {
    const { events = [] } = await logs.send(
      new GetLogEventsCommand({
        logGroupName: names.logGroups.backend,
        logStreamName,
        limit: logLinesMax,
        startFromHead: false,
      }),
    )
    return events.flatMap(({ message }) => message ?? [])
  } catch (error) {
    // A task that wrote nothing has no stream.
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return []
    throw error
  }
}
