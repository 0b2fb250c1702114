import type { Instance } from '@aws-sdk/client-auto-scaling'
import { names } from '@bp/contracts/names'
import { commandsOf, docsBlocks } from '../docs-commands.ts'
import { fleet, fleetGroup, lookAtGroup } from '../fleet.ts'
import type { Scene } from '../scene.ts'
import { bash } from '../shell.ts'
import { chapter } from '../step.ts'
import { until } from '../until.ts'

/** What the steps that provoke failures share. */
export const failureStep = chapter('Common failure modes')
export const amiPointer = names.parameters.ami(fleet.stage, fleet.slug)

/** What the runbook tells to look at first: of its lines the one with this word, as it stands. Answers what it shows. */
export async function firstLook(
  scene: Scene,
  heading: string,
  word: string,
  signal: AbortSignal,
): Promise<string> {
  const page = 'runbooks/failure-modes.md'
  const [block = ''] = await docsBlocks(page, heading)
  const line = commandsOf(block).find(one => one.includes(word))
  if (line === undefined) throw new Error(`"${heading}" of docs/${page} has no line with ${word}`)
  return (await bash(scene, line, signal)).out
}

export const setDesired = (scene: Scene, count: number, signal: AbortSignal) =>
  bash(
    scene,
    `aws autoscaling set-desired-capacity --auto-scaling-group-name $GROUP --desired-capacity ${count}`,
    signal,
  )

export const setBackends = (count: number): string =>
  `aws ecs update-service --cluster ${names.cluster} --service ${names.services.backend} --desired-count ${count}`

/** Waits until so many processes of the backend live. */
export const backendsAre = (scene: Scene, count: number, signal: AbortSignal) =>
  until(
    `${count} backends`,
    async () => (scene.hosts.tasks.running('backend').length === count ? true : undefined),
    { signal },
  )

export const firstMachine = (scene: Scene, signal: AbortSignal): Promise<Instance> =>
  until(`a machine in ${fleetGroup}`, async () => (await lookAtGroup(scene)).Instances?.[0], {
    signal,
  })
