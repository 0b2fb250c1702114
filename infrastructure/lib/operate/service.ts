import {
  ClusterNotFoundException,
  DescribeServicesCommand,
  DescribeTaskDefinitionCommand,
  type ECSClient,
  type Service,
  type TaskDefinition,
} from '@aws-sdk/client-ecs'
import { names } from '@bp/contracts/names'
import { OperateFault } from './fault.ts'

export type ServiceName = keyof typeof names.services
export const serviceNames = ['backend', 'frontend'] as const satisfies readonly ServiceName[]

/** A service of the cluster as it stands. Throws `no_service` where bp-compute has not made it. */
export async function findService(ecs: ECSClient, name: ServiceName): Promise<Service> {
  const serviceName = names.services[name]
  const absent = (cause?: unknown) =>
    new OperateFault(
      'no_service',
      `There is no service ${serviceName} in cluster ${names.cluster}.`,
      `npx cdk deploy ${names.stacks.compute} --exclusively`,
      cause,
    )
  try {
    const { services = [] } = await ecs.send(
      new DescribeServicesCommand({ cluster: names.cluster, services: [serviceName] }),
    )
    const [service] = services
    if (service === undefined || service.status === 'INACTIVE') throw absent()
    return service
  } catch (error) {
    if (error instanceof ClusterNotFoundException) throw absent(error)
    throw error
  }
}

/** A revision by its ARN, or the newest of a family by its name. */
export async function findRevision(ecs: ECSClient, which: string): Promise<TaskDefinition> {
  const { taskDefinition } = await ecs.send(
    new DescribeTaskDefinitionCommand({ taskDefinition: which }),
  )
  if (taskDefinition === undefined) throw new Error(`no task definition ${which}`)
  return taskDefinition
}
