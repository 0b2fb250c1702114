/** The function behind `bp-secret-age`: once a day it publishes how old the oldest secret is. It reads no secret. */
import { CloudWatchClient, PutMetricDataCommand } from '@aws-sdk/client-cloudwatch'
import {
  ListSecretVersionIdsCommand,
  ResourceNotFoundException,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { DescribeParametersCommand, SSMClient } from '@aws-sdk/client-ssm'
import { stages } from '@bp/contracts/fleets'
import type { FunctionMetricName } from '@bp/contracts/metrics'
import { names } from '@bp/contracts/names'

/**
 * Secrets that are changed by habit: whoever has copied one can still come in. Not the app key, whose change makes what
 * it encrypted unreadable, nor the keys of sign-in providers, which are theirs to change, nor the key that signs links,
 * whose change asks for another public key and breaks links for some minutes.
 */
export const rotated = {
  secrets: [names.secrets.databaseMaster, names.secrets.redisAuthToken],
  parameters: stages.words.map(names.parameters.fleetSecret),
} as const

const metric: FunctionMetricName = 'OldestSecretDays'
const dayMs = 86_400_000

/** What AWS calls. Answers the age of each in days, for the log of a call by hand; one that is not set is left out. */
export async function handler(): Promise<Readonly<Record<string, number>>> {
  const options = { maxAttempts: 3 }
  const secrets = new SecretsManagerClient(options)
  const dates = await Promise.all([
    ...rotated.secrets.map(name => secretDate(secrets, name)),
    parameterDates(new SSMClient(options)),
  ])
  const nowMs = Date.now()
  const days = Object.fromEntries(
    dates
      .flat()
      .map(({ name, date }) => [name, Math.floor((nowMs - date.getTime()) / dayMs)] as const),
  )
  process.stdout.write(`${JSON.stringify({ event: 'secret.age', days })}\n`)
  if (Object.keys(days).length > 0)
    await new CloudWatchClient(options).send(
      new PutMetricDataCommand({
        Namespace: names.metricNamespace,
        MetricData: [{ MetricName: metric, Value: Math.max(...Object.values(days)) }],
      }),
    )
  return days
}

interface Dated {
  readonly name: string
  readonly date: Date
}

/** When the version in use was made. The secret's own date also moves when a tag does. */
async function secretDate(client: SecretsManagerClient, name: string): Promise<readonly Dated[]> {
  try {
    const { Versions: versions = [] } = await client.send(
      new ListSecretVersionIdsCommand({ SecretId: name }),
    )
    const date = versions.find(one => one.VersionStages?.includes('AWSCURRENT'))?.CreatedDate
    return date === undefined ? [] : [{ name, date }]
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return []
    throw error
  }
}

async function parameterDates(client: SSMClient): Promise<readonly Dated[]> {
  const { Parameters: found = [] } = await client.send(
    new DescribeParametersCommand({
      ParameterFilters: [{ Key: 'Name', Option: 'Equals', Values: [...rotated.parameters] }],
    }),
  )
  return found.flatMap(({ Name: name, LastModifiedDate: date }) =>
    name === undefined || date === undefined ? [] : [{ name, date }],
  )
}
