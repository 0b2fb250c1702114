import { AssumeRoleCommand, STSClient, type Credentials } from '@aws-sdk/client-sts'
import type { Say } from './script.ts'

interface ClientCredentials {
  readonly credentials?: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken: string
  }
}

/** Qualifier of the bootstrap, as in cdk.json. */
const qualifier = 'bp'

/**
 * Credentials of a role of the CDK's bootstrap, for who may do nothing himself but take it, as the workflow that deploys
 * stacks. Whoever may not take it goes on as he is: then his own rights decide.
 */
export async function asBootstrapRole(
  kind: 'deploy' | 'lookup',
  { account, region }: { readonly account: string; readonly region: string },
  say: Say,
): Promise<ClientCredentials> {
  const RoleArn = `arn:aws:iam::${account}:role/cdk-${qualifier}-${kind}-role-${account}-${region}`
  try {
    const { Credentials: taken } = await new STSClient({ region }).send(
      new AssumeRoleCommand({ RoleArn, RoleSessionName: 'bp-workflow' }),
    )
    return toClient(taken)
  } catch (error) {
    say(`Not as ${RoleArn}: ${error instanceof Error ? error.name : String(error)}.`)
    return {}
  }
}

function toClient(taken: Credentials | undefined): ClientCredentials {
  const { AccessKeyId, SecretAccessKey, SessionToken } = taken ?? {}
  if (AccessKeyId === undefined || SecretAccessKey === undefined || SessionToken === undefined)
    return {}
  return {
    credentials: {
      accessKeyId: AccessKeyId,
      secretAccessKey: SecretAccessKey,
      sessionToken: SessionToken,
    },
  }
}
