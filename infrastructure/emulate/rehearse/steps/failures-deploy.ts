import { DescribeServicesCommand } from '@aws-sdk/client-ecs'
import { names } from '@bp/contracts/names'
import { callApi } from '../api.ts'
import type { Scene } from '../scene.ts'
import { script } from '../script.ts'
import { bash } from '../shell.ts'
import type { Step } from '../step.ts'
import { until } from '../until.ts'
import { firstTag } from './app.ts'
import { failureStep, firstLook } from './failing.ts'

const unpushed = 'deadbeefcafe'
const service = names.services.backend

/** Past all scripts: a revision with another tag, put into service by hand. */
const deployByHand = `
now=$(aws ecs describe-services --cluster ${names.cluster} --services ${service} --query 'services[0].taskDefinition' --output text)
aws ecs describe-task-definition --task-definition "$now" --output json \
  --query 'taskDefinition.{family:family,taskRoleArn:taskRoleArn,executionRoleArn:executionRoleArn,networkMode:networkMode,containerDefinitions:containerDefinitions,requiresCompatibilities:requiresCompatibilities,cpu:cpu,memory:memory}' \
  | sed 's/:${firstTag}"/:${unpushed}"/' > "$FILE"
next=$(aws ecs register-task-definition --cli-input-json "file://$FILE" --query taskDefinition.taskDefinitionArn --output text)
aws ecs update-service --cluster ${names.cluster} --service ${service} --task-definition "$next" --query service.taskDefinition`

const missingTag = failureStep({
  id: 'ecs-missing-tag',
  title: 'ECS deploy failures: missing ECR tag',
  command: `aws ecs update-service --cluster ${names.cluster} --service ${service} --task-definition <with image ${unpushed}>`,
  real: "release-service's refusal; the site stays up on its processes; the runbook's first look",
  emulated: 'ECS, its circuit breaker and roll-back; ECR',
  needs: ['health'],
  secondsMax: 120,
  play: async (scene, signal) => {
    const refused = await script(
      scene,
      'release-service',
      ['--services', 'backend', '--tag', unpushed, '--quiet-minutes', '0'],
      signal,
      { code: 1 },
    )
    await bash(scene, deployByHand, signal, { FILE: `${scene.folder}/by-hand.json` })
    const message = await until(
      'ECS to give the deployment up and to go back',
      async () => whyGivenUp(await describeBackend(scene)),
      { signal },
    )
    await firstLook(scene, 'ECS deploy failures', 'describe-services', signal)
    const up = await callApi(scene, { method: 'GET', path: '/api/up' })
    if (up.status !== 200) throw new Error(`meanwhile /api/up answers ${up.status}`)
    const [sentence = ''] = refused.said.trim().split('\n')
    return `${sentence}\n${message.slice(0, 220)}\nrolled back, /api/up answers 200`
  },
})

async function describeBackend({ cloud }: Scene) {
  const { services = [] } = await cloud.ecs.send(
    new DescribeServicesCommand({ cluster: names.cluster, services: [service] }),
  )
  return services[0]
}

/** The event that names the image, once the deployment has failed and the one before is whole again. */
function whyGivenUp(now: Awaited<ReturnType<typeof describeBackend>>): string | undefined {
  const { deployments = [], events = [] } = now ?? {}
  const isGivenUp = deployments.some(one => one.rolloutState === 'FAILED')
  const isBack = deployments.some(
    one => one.status === 'PRIMARY' && one.rolloutState === 'COMPLETED',
  )
  if (!isGivenUp || !isBack) return undefined
  return events.find(one => one.message?.includes('CannotPullContainerError'))?.message
}

/** What goes wrong with a deployment. */
export const deployFailureSteps: readonly Step[] = [missingTag]
