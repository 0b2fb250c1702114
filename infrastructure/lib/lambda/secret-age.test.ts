import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import {
  ListSecretVersionIdsCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm'
import { mockClient } from 'aws-sdk-client-mock'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { handler } from './secret-age.ts'

const secrets = mockClient(SecretsManagerClient)
const ssm = mockClient(SSMClient)
const cloudWatch = mockClient(CloudWatchClient)
const daysAgo = (days: number) => new Date(Date.now() - days * 86_400_000 - 60_000)

beforeEach(() => {
  secrets.reset()
  ssm.reset()
  cloudWatch.reset()
  secrets
    .on(ListSecretVersionIdsCommand)
    .rejects(new ResourceNotFoundException({ message: 'none', $metadata: {} }))
  ssm.on(DescribeParametersCommand).resolves({ Parameters: [] })
  cloudWatch.on(PutMetricDataCommand).resolves({})
})
afterAll(() => {
  secrets.restore()
  ssm.restore()
  cloudWatch.restore()
})
const published = () =>
  cloudWatch.commandCalls(PutMetricDataCommand).map(call => call.args[0].input)

describe('the age of secrets', () => {
  it('is that of the oldest value in use, whatever happened to its tags', async () => {
    secrets.on(ListSecretVersionIdsCommand, { SecretId: '/bp/rds/master-credentials' }).resolves({
      Versions: [
        { VersionStages: ['AWSPREVIOUS'], CreatedDate: daysAgo(300) },
        { VersionStages: ['AWSCURRENT'], CreatedDate: daysAgo(12) },
      ],
    })
    ssm.on(DescribeParametersCommand).resolves({
      Parameters: [
        { Name: '/bp/fleets/staging/fleet-secret', LastModifiedDate: daysAgo(91) },
        { Name: '/bp/fleets/production/fleet-secret', LastModifiedDate: daysAgo(3) },
      ],
    })
    expect(await handler()).toEqual({
      '/bp/rds/master-credentials': 12,
      '/bp/fleets/staging/fleet-secret': 91,
      '/bp/fleets/production/fleet-secret': 3,
    })
    expect(published()).toEqual([
      {
        Namespace: 'ComfyUI/Workers',
        MetricData: [{ MetricName: 'OldestSecretDays', Value: 91 }],
      },
    ])
  })

  it('says nothing while no secret is set', async () => {
    expect(await handler()).toEqual({})
    expect(published()).toEqual([])
  })

  it('fails aloud when it may not look', async () => {
    ssm.on(DescribeParametersCommand).rejects(new Error('AccessDeniedException'))
    await expect(handler()).rejects.toThrow('AccessDenied')
  })
})
