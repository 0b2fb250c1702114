import { ECSClient } from '@aws-sdk/client-ecs'
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { SSMClient } from '@aws-sdk/client-ssm'
import { Refusal } from '../refusal.ts'

/** The services of AWS that a verb talks to. */
export interface Aws {
  readonly region: string
  readonly secrets: SecretsManagerClient
  readonly parameters: SSMClient
  readonly services: ECSClient
  /** Ends open connections, so that the process can end. */
  close(): void
}

/** One call is tried this often, with the SDK's own pauses between. */
const attemptsMax = 4
const connectMsMax = 5_000
const answerMsMax = 20_000

/** Clients for the account and region of the surroundings. Asks AWS nothing yet; refuses when no region is said. */
export async function openAws(): Promise<Aws> {
  const settings = {
    maxAttempts: attemptsMax,
    requestHandler: {
      connectionTimeout: connectMsMax,
      requestTimeout: answerMsMax,
      throwOnRequestTimeout: true,
    },
  }
  const secrets = new SecretsManagerClient(settings)
  const parameters = new SSMClient(settings)
  const services = new ECSClient(settings)
  const clients = [secrets, parameters, services]
  const region = await secrets.config.region().catch((error: unknown) => {
    throw new Refusal('no_region', 'usage', 'No AWS region is set.', {
      reason: 'Neither AWS_REGION nor the profile in use names one.',
      next: 'export AWS_REGION=us-east-1   # the region that bp stands in',
      cause: error,
    })
  })
  return {
    region,
    secrets,
    parameters,
    services,
    close: () => {
      for (const client of clients) client.destroy()
    },
  }
}
