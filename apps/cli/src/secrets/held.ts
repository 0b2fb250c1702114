import {
  DescribeSecretCommand,
  GetSecretValueCommand,
  type DescribeSecretCommandOutput,
  type SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import {
  GetParameterHistoryCommand,
  type ParameterHistory,
  type SSMClient,
} from '@aws-sdk/client-ssm'
import type { HeldParameter, HeldSecret, Label } from './plan.ts'

/** Reads a secret with its value. */
export async function readSecret(
  client: SecretsManagerClient,
  path: string,
  abortSignal: AbortSignal,
): Promise<HeldSecret> {
  try {
    const command = new GetSecretValueCommand({ SecretId: path })
    const { SecretString: value = '', CreatedDate } = await client.send(command, { abortSignal })
    return { state: 'there', value, versionAt: CreatedDate }
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return { state: 'missing' }
    // Both a deleted secret and a malformed call are answered so; a fixed name is never malformed.
    if (isNamed(error, 'InvalidRequestException')) return { state: 'deleted' }
    throw error
  }
}

/** Looks at a secret without its value; undefined when it is not there. */
export async function describeSecret(
  client: SecretsManagerClient,
  path: string,
  abortSignal: AbortSignal,
): Promise<DescribeSecretCommandOutput | undefined> {
  try {
    return await client.send(new DescribeSecretCommand({ SecretId: path }), { abortSignal })
  } catch (error) {
    if (isNamed(error, 'ResourceNotFoundException')) return undefined
    throw error
  }
}

/** AWS keeps 100 versions of a parameter and gives at most 50 a page. */
const pagesMax = 10

/** Reads a parameter with its newest value and where its labels stand. */
export async function readParameter(
  client: SSMClient,
  path: string,
  abortSignal: AbortSignal,
): Promise<HeldParameter> {
  const history: ParameterHistory[] = []
  let token: string | undefined
  try {
    for (let page = 0; page < pagesMax; page += 1) {
      const command = new GetParameterHistoryCommand({
        Name: path,
        WithDecryption: true,
        ...(token === undefined ? {} : { NextToken: token }),
      })
      const answer = await client.send(command, { abortSignal })
      history.push(...(answer.Parameters ?? []))
      token = answer.NextToken
      if (token === undefined) break
    }
  } catch (error) {
    if (isNamed(error, 'ParameterNotFound')) return { state: 'missing' }
    throw error
  }
  const newest = history.toSorted((a, b) => (b.Version ?? 0) - (a.Version ?? 0))[0]
  if (newest?.Version === undefined) return { state: 'missing' }
  if (newest.Type !== 'SecureString') return { state: 'plain' }
  const labelled = (label: Label) => history.find(({ Labels }) => Labels?.includes(label))?.Version
  return {
    state: 'there',
    version: newest.Version,
    value: newest.Value ?? '',
    versionAt: newest.LastModifiedDate,
    current: labelled('current'),
    previous: labelled('previous'),
  }
}

const isNamed = (error: unknown, name: string): boolean =>
  error instanceof Error && error.name === name
