import { DescribeServicesCommand, UpdateServiceCommand, type ECSClient } from '@aws-sdk/client-ecs'
import { names } from '@bp/contracts/names'

/** What reads the secrets of Secrets Manager, once, at the start of each task. */
const restarts: readonly string[] = [names.services.backend]

/**
 * Which services run tasks older than `since` (the newest value they read). A service that stands at 0 or is not
 * there has nothing to restart.
 */
export async function staleServices(
  client: ECSClient,
  since: Date | undefined,
  abortSignal: AbortSignal,
): Promise<readonly string[]> {
  if (since === undefined) return []
  const command = new DescribeServicesCommand({ cluster: names.cluster, services: [...restarts] })
  const { services = [] } = await client.send(command, { abortSignal }).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'ClusterNotFoundException') return { services: [] }
    throw error
  })
  return services
    .filter(service => service.status === 'ACTIVE' && (service.desiredCount ?? 0) > 0)
    .filter(({ deployments = [] }) => {
      const startedAt = deployments.find(({ status }) => status === 'PRIMARY')?.createdAt
      return startedAt !== undefined && startedAt < since
    })
    .flatMap(({ serviceName }) => serviceName ?? [])
}

/** Starts new tasks of the same image, which read the new values; the old ones end when those are healthy. */
export async function redeploy(client: ECSClient, service: string, abortSignal: AbortSignal) {
  const command = new UpdateServiceCommand({
    cluster: names.cluster,
    service,
    forceNewDeployment: true,
  })
  await client.send(command, { abortSignal })
}
