import type {
  ContainerDefinition,
  RegisterTaskDefinitionCommandInput,
  TaskDefinition,
} from '@aws-sdk/client-ecs'
import { OperateFault } from './fault.ts'

/** Tag of the image of a task's only container: what is (or would be) in service. */
export function tagOf(definition: TaskDefinition): string {
  const { image = '' } = onlyContainer(definition)
  const [, tag] = /:([^:/@]+)$/.exec(image) ?? []
  if (tag === undefined) throw new Error(`the image ${image} has no tag`)
  return tag
}

/**
 * The same task with another image: what AWS is asked to register. All that CloudFormation put there stays, so that the
 * next deploy of the stack, which reads the tag from the pointer, arrives at the same.
 */
export function withTag(
  definition: TaskDefinition,
  tag: string,
): RegisterTaskDefinitionCommandInput {
  const container = onlyContainer(definition)
  const { image = '', environment = [] } = container
  return {
    family: definition.family,
    taskRoleArn: definition.taskRoleArn,
    executionRoleArn: definition.executionRoleArn,
    networkMode: definition.networkMode,
    volumes: definition.volumes,
    placementConstraints: definition.placementConstraints,
    requiresCompatibilities: definition.requiresCompatibilities,
    cpu: definition.cpu,
    memory: definition.memory,
    runtimePlatform: definition.runtimePlatform,
    ephemeralStorage: definition.ephemeralStorage,
    containerDefinitions: [
      {
        ...container,
        image: image.replace(/:[^:/@]+$/, `:${tag}`),
        environment: environment.map(one =>
          one.name === 'BP_COMMIT' ? { ...one, value: tag } : one,
        ),
      },
    ],
  }
}

function onlyContainer({ family, containerDefinitions = [] }: TaskDefinition): ContainerDefinition {
  const [container, second] = containerDefinitions
  if (container === undefined || second !== undefined)
    throw new OperateFault(
      'no_service',
      `Task ${family ?? '?'} has ${containerDefinitions.length} containers, and bp knows one.`,
      'npx cdk deploy bp-compute --exclusively',
    )
  return container
}
