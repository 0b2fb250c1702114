import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs'
import {
  ClusterNotFoundException,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  DescribeTasksCommand,
  ECSClient,
  RunTaskCommand,
  StopTaskCommand,
} from '@aws-sdk/client-ecs'
import { GetParameterCommand, ParameterNotFound, SSMClient } from '@aws-sdk/client-ssm'
import { mockClient } from 'aws-sdk-client-mock'
import { describe, expect, it } from 'vitest'
import { runOneOff, type OneOff } from './one-off-task.ts'

const task = 'arn:aws:ecs:us-east-1:1:task/bp/abc'
const migrate: OneOff = {
  command: ['migrate'],
  revision: undefined,
  patience: { everyMs: 1, withinMs: 5_000 },
}
const said: string[] = []
const say = (sentence: string) => void said.push(sentence)

/** An account in which the backend's revision 7 is in service, and a task that ends with `exitCode`. */
function account({ tag = 'abcdef0', exitCode = 0 } = {}) {
  const clouds = {
    ecs: new ECSClient({ region: 'us-east-1' }),
    logs: new CloudWatchLogsClient({ region: 'us-east-1' }),
    ssm: new SSMClient({ region: 'us-east-1' }),
  }
  const ecs = mockClient(clouds.ecs)
  const logs = mockClient(clouds.logs)
  const ssm = mockClient(clouds.ssm)
  ecs.on(DescribeServicesCommand).resolves({ services: [{ taskDefinition: 'arn:7' }] })
  ecs
    .on(DescribeTaskDefinitionCommand)
    .callsFake(({ taskDefinition }: { taskDefinition: string }) => ({
      taskDefinition: {
        taskDefinitionArn: taskDefinition,
        containerDefinitions: [{ name: 'backend', image: `r/bp-backend:${tag}` }],
      },
    }))
  ecs.on(RunTaskCommand).resolves({ tasks: [{ taskArn: task }] })
  ecs
    .on(DescribeTasksCommand)
    .resolvesOnce({ tasks: [{ taskArn: task, lastStatus: 'PENDING' }] })
    .resolves({
      tasks: [
        { taskArn: task, lastStatus: 'STOPPED', containers: [{ name: 'backend', exitCode }] },
      ],
    })
  logs
    .on(GetLogEventsCommand)
    .resolves({ events: [{ message: 'begins' }, { message: 'Applied: 0001' }] })
  ssm
    .on(GetParameterCommand)
    .callsFake(({ Name }: { Name: string }) => ({ Parameter: { Value: `value of ${Name}` } }))
  return { clouds, ecs, logs, ssm }
}

describe('a task beside the database', () => {
  it('runs the revision in service where the backend itself runs, and hands back its end and its log', async () => {
    const { clouds, ecs, logs } = account()
    expect(await runOneOff(clouds, migrate, say)).toEqual({
      taskId: 'abc',
      tag: 'abcdef0',
      exitCode: 0,
      log: ['begins', 'Applied: 0001'],
    })
    expect(ecs.commandCalls(RunTaskCommand)[0]?.args[0].input).toMatchObject({
      cluster: 'bp',
      taskDefinition: 'arn:7',
      networkConfiguration: {
        awsvpcConfiguration: {
          subnets: [
            'value of /bp/network/private-subnet-a',
            'value of /bp/network/private-subnet-b',
          ],
          securityGroups: ['value of /bp/network/backend-group'],
          assignPublicIp: 'DISABLED',
        },
      },
      overrides: { containerOverrides: [{ name: 'backend', command: ['migrate'] }] },
    })
    expect(logs.commandCalls(GetLogEventsCommand)[0]?.args[0].input).toMatchObject({
      logGroupName: '/ecs/bp-backend',
      logStreamName: 'backend/backend/abc',
    })
  })

  it('runs the revision that was asked for', async () => {
    const { clouds, ecs } = account()
    await runOneOff(clouds, { ...migrate, revision: 'arn:8' }, say)
    expect(ecs.commandCalls(DescribeServicesCommand)).toHaveLength(0)
    expect(ecs.commandCalls(RunTaskCommand)[0]?.args[0].input.taskDefinition).toBe('arn:8')
  })

  it('hands back a bad end as it is', async () => {
    expect(await runOneOff(account({ exitCode: 3 }).clouds, migrate, say)).toMatchObject({
      exitCode: 3,
    })
  })

  it('is not started before there is an image', async () => {
    const { clouds, ecs } = account({ tag: 'none' })
    await expect(runOneOff(clouds, migrate, say)).rejects.toMatchObject({ code: 'no_image' })
    expect(ecs.commandCalls(RunTaskCommand)).toHaveLength(0)
  })

  it('is not started without a cluster or a network', async () => {
    const bare = account()
    const options = { message: 'x', $metadata: {} }
    bare.ecs.on(DescribeServicesCommand).rejects(new ClusterNotFoundException(options))
    await expect(runOneOff(bare.clouds, migrate, say)).rejects.toMatchObject({ code: 'no_service' })

    const { clouds, ecs, ssm } = account()
    ssm.on(GetParameterCommand).rejects(new ParameterNotFound(options))
    await expect(runOneOff(clouds, migrate, say)).rejects.toMatchObject({ code: 'no_core_stack' })
    expect(ecs.commandCalls(RunTaskCommand)).toHaveLength(0)
  })

  it('is stopped when it does not end in time', async () => {
    const { clouds, ecs } = account()
    ecs.on(DescribeTasksCommand).resolves({ tasks: [{ taskArn: task, lastStatus: 'RUNNING' }] })
    const hurried = { ...migrate, patience: { everyMs: 1, withinMs: 5 } }
    await expect(runOneOff(clouds, hurried, say)).rejects.toMatchObject({ code: 'timed_out' })
    expect(ecs.commandCalls(StopTaskCommand)).toHaveLength(1)
  })

  it('that never ran says why', async () => {
    const { clouds, ecs } = account()
    ecs.on(DescribeTasksCommand).resolves({
      tasks: [{ taskArn: task, lastStatus: 'STOPPED', stoppedReason: 'CannotPullContainerError' }],
    })
    await expect(runOneOff(clouds, migrate, say)).rejects.toThrow('CannotPullContainerError')
  })
})
