/**
 * Brings images into service.
 *
 *   image in ECR → new revision of the task → /bp/images/<service> → service rolls → steady → front door → alarms quiet
 *                                               └────────── any fault: pointer and service back to what was ─────────┘
 *
 * The revision is the one in service with another image, so CloudFormation's next deploy of bp-compute, which reads the
 * pointer, arrives at the same. Rejected: a stack update with the previous template, which needs all rights of the stack
 * and rolls back both services for the fault of one.
 */
import type { CloudWatchClient } from '@aws-sdk/client-cloudwatch'
import type { ECRClient } from '@aws-sdk/client-ecr'
import {
  RegisterTaskDefinitionCommand,
  UpdateServiceCommand,
  type Deployment,
  type ECSClient,
  type Service,
} from '@aws-sdk/client-ecs'
import type { SSMClient } from '@aws-sdk/client-ssm'
import { names } from '@bp/contracts/names'
import { OperateFault } from './fault.ts'
import { ask, type FrontDoor } from './front-door.ts'
import { demandImage } from './image-in-registry.ts'
import { findParameter, writeParameter } from './parameter.ts'
import { newlyRinging, ringing } from './quiet-alarms.ts'
import type { Say } from './script.ts'
import { findRevision, findService, type ServiceName } from './service.ts'
import { tagOf, withTag } from './task-revision.ts'
import { waitUntil, type Look, type Patience } from './wait-until.ts'

export interface ReleaseClouds {
  readonly cloudwatch: CloudWatchClient
  readonly ecr: ECRClient
  readonly ecs: ECSClient
  readonly ssm: SSMClient
  /** Sets between how many tasks scaling may choose. */
  readonly setScaling: (service: ServiceName, minTasks: number, maxTasks: number) => Promise<void>
}

export interface Release {
  readonly services: readonly ServiceName[]
  readonly tag: string
  readonly tasks: { readonly min: number; readonly max: number }
  /** Of one service's rollout. */
  readonly steady: Patience
  /** Of the front door's first good answer. */
  readonly healthy: Patience
  readonly quiet: Patience
  /** Another host to connect to than the load balancer's published name. */
  readonly connect: string | undefined
}

/** One service as it was before: what a rollback goes back to. */
interface Before {
  readonly service: ServiceName
  readonly pointer: string
  readonly revision: string
  readonly desired: number
}

export interface Released {
  readonly tag: string
  readonly services: readonly {
    readonly service: ServiceName
    readonly previous: string
    /** It had no task before and by somebody's will has none now. */
    readonly standsStill: boolean
  }[]
}

/**
 * A revision of each service's task with this image: the newest of its family when that is one, otherwise a new one.
 * Nothing is in service by this alone, but a task can already be run from it. Throws `no_image` before it makes anything.
 */
export async function prepare(
  { ecr, ecs }: Pick<ReleaseClouds, 'ecr' | 'ecs'>,
  services: readonly ServiceName[],
  tag: string,
): Promise<ReadonlyMap<ServiceName, string>> {
  for (const service of services) await demandImage(ecr, service, tag)
  const revisions = new Map<ServiceName, string>()
  for (const service of services) {
    const inService = (await findService(ecs, service)).taskDefinition ?? ''
    const newest = await findRevision(ecs, names.services[service])
    if (newest.taskDefinitionArn !== undefined && tagOf(newest) === tag) {
      revisions.set(service, newest.taskDefinitionArn)
      continue
    }
    const { taskDefinition } = await ecs.send(
      new RegisterTaskDefinitionCommand(withTag(await findRevision(ecs, inService), tag)),
    )
    revisions.set(service, taskDefinition?.taskDefinitionArn ?? '')
  }
  return revisions
}

/**
 * Brings one image into service on each of the services and watches it. On any fault everything goes back to what it
 * was, and the fault is thrown. A system that was scaled to zero by hand gets the image and stays at zero.
 */
export async function release(clouds: ReleaseClouds, asked: Release, say: Say): Promise<Released> {
  const { services, tag } = asked
  const door = await findFrontDoor(clouds.ssm, asked.connect)
  const revisions = await prepare(clouds, services, tag)
  const rangBefore = await ringing(clouds.cloudwatch, services)
  const before: Before[] = []
  try {
    for (const service of services) {
      const was = await lookBefore(clouds, service)
      before.push(was)
      await bring(clouds, asked, was, revisions.get(service) ?? '', say)
    }
    const awake = before.filter(was => !standsStill(was)).map(({ service }) => service)
    await demandHealth(door, awake, asked.healthy, say)
    if (awake.length > 0) await demandQuiet(clouds.cloudwatch, asked, rangBefore, say)
  } catch (error) {
    for (const was of before.toReversed()) await goBack(clouds, asked, was, say)
    throw error
  }
  return {
    tag,
    services: before.map(was => ({
      service: was.service,
      previous: was.pointer,
      standsStill: standsStill(was),
    })),
  }
}

/** The first image starts the service; later ones leave a service at zero where somebody has put it. */
const isFirst = ({ pointer }: Before): boolean => pointer === 'none'
const standsStill = (was: Before): boolean => !isFirst(was) && was.desired === 0

async function lookBefore({ ecs, ssm }: ReleaseClouds, service: ServiceName): Promise<Before> {
  const found = await findService(ecs, service)
  const pointer = await findParameter(ssm, names.parameters.image(service))
  return {
    service,
    pointer: pointer ?? 'none',
    revision: found.taskDefinition ?? '',
    desired: found.desiredCount ?? 0,
  }
}

async function bring(
  clouds: ReleaseClouds,
  { tag, tasks, steady }: Release,
  was: Before,
  revision: string,
  say: Say,
): Promise<void> {
  const { service } = was
  // First the pointer: whoever is cut off here leaves a state that the next deploy of either kind completes.
  await writeParameter(clouds.ssm, names.parameters.image(service), tag)
  await clouds.ecs.send(
    new UpdateServiceCommand({
      cluster: names.cluster,
      service: names.services[service],
      taskDefinition: revision,
      ...(isFirst(was) && { desiredCount: tasks.min }),
    }),
  )
  if (isFirst(was)) await clouds.setScaling(service, tasks.min, tasks.max)
  say(`${names.services[service]}: from ${was.pointer} to ${tag}.`)
  await demandSteady(clouds.ecs, service, revision, steady, say)
}

async function demandSteady(
  ecs: ECSClient,
  service: ServiceName,
  revision: string,
  patience: Patience,
  say: Say,
): Promise<void> {
  await waitUntil(names.services[service], patience, say, async () =>
    rollout(await findService(ecs, service), revision),
  )
}

/** Where the rollout of a revision stands. Throws `deploy_failed` when ECS has given it up. */
export function rollout(service: Service, revision: string): Look<true> {
  const name = service.serviceName ?? ''
  const deployments = service.deployments ?? []
  const mine = deployments.find(({ taskDefinition }) => taskDefinition === revision)
  const primary = deployments.find(({ status }) => status === 'PRIMARY')
  const gaveUp = mine?.rolloutState === 'FAILED' || primary?.taskDefinition !== revision
  if (gaveUp)
    throw new OperateFault(
      'deploy_failed',
      `${name} did not become steady: ${why(service, mine)}.`,
      `docs/runbooks/site.md; what ECS says: aws ecs describe-services --cluster ${names.cluster} --services ${name} --query 'services[0].events[:10].message'`,
    )
  if (mine?.rolloutState === 'COMPLETED') return { done: true }
  const { runningCount = 0, desiredCount = 0, failedTasks = 0 } = mine ?? {}
  const failed = failedTasks > 0 ? `, ${failedTasks} have failed` : ''
  return { missing: `${runningCount} of ${desiredCount} tasks run${failed}` }
}

const why = ({ events = [] }: Service, mine: Deployment | undefined): string =>
  [mine?.rolloutStateReason, events[0]?.message].find(text => text !== undefined && text !== '') ??
  'no reason given'

async function findFrontDoor(ssm: SSMClient, connect: string | undefined): Promise<FrontDoor> {
  const of = async (key: string): Promise<string> => {
    const name = names.parameters.shared('compute', key)
    const value = await findParameter(ssm, name)
    if (value !== undefined) return value
    throw new OperateFault(
      'no_core_stack',
      `${name} is not there, so there is no front door.`,
      `npx cdk deploy ${names.stacks.compute} --exclusively`,
    )
  }
  return { url: await of('api-url'), connect: connect ?? (await of('load-balancer-host')) }
}

const checks = { backend: '/api/up', frontend: '/up' } as const satisfies Record<
  ServiceName,
  string
>

async function demandHealth(
  door: FrontDoor,
  services: readonly ServiceName[],
  patience: Patience,
  say: Say,
): Promise<void> {
  for (const service of services) {
    const path = checks[service]
    let last = ''
    const look = async (): Promise<Look<true>> => {
      const { status, text } = await ask(door, path)
      last = `${status || 'no answer'}: ${text.trim()}`
      return status === 200 ? { done: true } : { missing: last }
    }
    try {
      await waitUntil(path, patience, say, look)
    } catch (error) {
      if (!(error instanceof OperateFault)) throw error
      throw new OperateFault(
        'not_healthy',
        `${path} does not answer 200: ${last}.`,
        /not of this release/.test(last)
          ? 'Run the Deploy workflow again with run_migrations on.'
          : `aws logs tail ${names.logGroups[service]} --since 15m`,
        error,
      )
    }
    say(`${path} answers 200.`)
  }
}

async function demandQuiet(
  cloudwatch: CloudWatchClient,
  { services, quiet }: Release,
  before: ReadonlySet<string>,
  say: Say,
): Promise<void> {
  say(`Watches the alarms for ${Math.round(quiet.withinMs / 1000)} s.`)
  const endAt = performance.now() + quiet.withinMs
  // Two looks at least: one now, one at the end.
  await waitUntil(
    'Alarms',
    { ...quiet, withinMs: quiet.withinMs + 2 * quiet.everyMs },
    say,
    async () => {
      const isLast = performance.now() >= endAt
      const rings = newlyRinging(before, await ringing(cloudwatch, services))
      if (rings.length > 0)
        throw new OperateFault(
          'alarms',
          `Since this deployment ${rings.join(', ')} ring${rings.length === 1 ? 's' : ''}.`,
          'docs/runbooks has a section for each alarm.',
        )
      return isLast ? { done: true } : { missing: 'quiet so far' }
    },
  )
}

/** Puts one service back to what it was. A fault of this is told, and does not keep the others from going back. */
async function goBack(clouds: ReleaseClouds, asked: Release, was: Before, say: Say): Promise<void> {
  const { service, pointer, revision, desired } = was
  say(`${names.services[service]}: goes back to ${pointer}.`)
  try {
    await writeParameter(clouds.ssm, names.parameters.image(service), pointer)
    if (isFirst(was)) await clouds.setScaling(service, 0, asked.tasks.max)
    await clouds.ecs.send(
      new UpdateServiceCommand({
        cluster: names.cluster,
        service: names.services[service],
        taskDefinition: revision,
        ...(isFirst(was) && { desiredCount: desired }),
      }),
    )
    await demandSteady(clouds.ecs, service, revision, asked.steady, say)
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    say(`${names.services[service]}: did not come back: ${text}`)
  }
}
