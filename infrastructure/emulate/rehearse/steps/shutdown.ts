import { names } from '@bp/contracts/names'
import { slowDownAlarms, speedUpAlarms } from '../alarm-clock.ts'
import { commandsOf, docsBlocks } from '../docs-commands.ts'
import { lookAtGroup, queueDepths } from '../fleet.ts'
import type { Scene } from '../scene.ts'
import { bash } from '../shell.ts'
import { chapter, type Step } from '../step.ts'
import { until } from '../until.ts'

const step = chapter('Shutdown')

/** The four blocks of the guide: sizes are kept, groups go to zero, services go to zero, nothing runs. */
async function blocks(): Promise<readonly [string, string, string, string]> {
  const [sizes, groups, services, confirm] = await docsBlocks(
    'DAY1_OPERATOR.md',
    'Graceful scale-down',
  )
  if (
    sizes === undefined ||
    groups === undefined ||
    services === undefined ||
    confirm === undefined
  )
    throw new Error('the guide has fewer than four blocks for the graceful scale-down')
  return [sizes, groups, services, confirm]
}

const down = step({
  id: 'scale-down',
  title: 'Graceful scale-down: groups and services to 0 by hand, confirm',
  command:
    'aws autoscaling update-auto-scaling-group … --max-size 0; aws ecs update-service … --desired-count 0',
  real: "the guide's blocks as they stand; worker and services end by SIGTERM",
  emulated: "Auto Scaling, ECS, EC2; the five-minute rule's call of the Lambda is made by hand",
  needs: ['backend-unreachable', 'ecs-missing-tag'],
  secondsMax: 120,
  play: async (scene, signal) => {
    const [sizes, groups, services, confirm] = await blocks()
    await bash(scene, sizes, signal)
    await bash(scene, groups, signal)
    const verdict = await runTheRule(scene, signal)
    await until(
      'the closed group to be empty',
      async () => ((await lookAtGroup(scene)).Instances?.length === 0 ? true : undefined),
      { signal },
    )
    // Whoever destroys the fleet looks at the last minutes, and they must not lie across the change of speed.
    await speedUpAlarms(scene)
    await until(
      'three minutes without a job',
      async () => {
        const last = (await queueDepths(scene)).slice(0, 3)
        return last.length === 3 && last.every(depth => depth === 0) ? true : undefined
      },
      { signal },
    )
    await slowDownAlarms(scene)
    await bash(scene, services, signal)
    await until(
      'every process to have ended',
      async () => {
        const { tasks, machines } = scene.hosts
        const left = [
          ...tasks.running('backend'),
          ...tasks.running('frontend'),
          ...machines.running(),
        ]
        return left.length === 0 ? true : undefined
      },
      { signal },
    )
    const [tasks = '', machines = ''] = await Promise.all(
      commandsOf(confirm).map(async line => (await bash(scene, line, signal)).out.trim()),
    )
    if (tasks !== '0' || machines !== '[]')
      throw new Error(`the guide says 0 and an empty list, and here it is ${tasks} and ${machines}`)
    return `the Lambda: ${verdict}; tasks ${tasks}, machines ${machines}`
  },
})

/** What the rule does every five minutes. Answers what the function decided. */
async function runTheRule(scene: Scene, signal: AbortSignal): Promise<string> {
  const file = `${scene.folder}/lambda.json`
  await bash(
    scene,
    `aws lambda invoke --function-name ${names.scaleToZero.function} --payload '{}' ${file} > /dev/null`,
    signal,
  )
  return (await bash(scene, `cat ${file}`, signal)).out.trim().slice(0, 300)
}

const destroy = step({
  id: 'destroy',
  title: 'Full teardown: stacks destroyed, last made first',
  command:
    'node infrastructure/scripts/destroy-fleet.ts …; npx cdk destroy bp-gpu-shared --exclusively; …',
  real: 'the lines of docs/aws-full-reset-single-system.md as they stand; CDK CLI',
  emulated: 'CloudFormation and the services behind it',
  needs: [down.id],
  secondsMax: 240,
  play: async (scene, signal) => {
    const sections = await docsBlocks(
      'aws-full-reset-single-system.md',
      '3. Destroy the stacks, last made first',
    )
    const lines = sections.flatMap(commandsOf)
    for (const line of lines) await bash(scene, line, signal)
    return `${lines.length} lines`
  },
})

const retained = (account: string, region: string): ReadonlySet<string> =>
  new Set([
    'CDKToolkit',
    `cdk-bp-assets-${account}-${region}`,
    ...Object.values(names.buckets).map(bucket => bucket(account)),
    ...Object.values(names.repositories),
    // This installation has no CDN.
    ...Object.values(names.secrets).filter(name => name !== names.secrets.mediaSigningKey),
    ...Object.keys(names.repositories).map(names.parameters.image),
    names.parameters.shutdown,
    names.parameters.fleetSecret('staging'),
    names.parameters.fleetSecret('production'),
    names.parameters.ami('production', 'portraits'),
    names.parameters.desiredConfig('production', 'portraits'),
    names.logGroups.workers('portraits'),
  ])

const scan = step({
  id: 'scan',
  title: 'Nothing is left but what is retained by decision',
  command: 'aws cloudformation list-stacks …; aws iam list-roles …; aws logs describe-log-groups …',
  real: 'the lines of docs/aws-full-reset-single-system.md as they stand',
  emulated: 'every service that is asked',
  needs: [destroy.id],
  secondsMax: 120,
  play: async (scene, signal) => {
    const { account, region } = scene.emulator
    const [byTag = '', byName = ''] = await docsBlocks(
      'aws-full-reset-single-system.md',
      '6. Prove that nothing is left',
    )
    const found = new Set<string>()
    const lines = [...commandsOf(byTag).slice(1), ...commandsOf(byName)]
    for (const line of lines)
      for (const word of (await bash(scene, line, signal)).out.split(/\s+/))
        if (word !== '' && word !== 'None') found.add(word)
    const meant = retained(account, region)
    const extra = [...found].filter(word => !meant.has(word) && !/^\/?cdk-b/.test(word))
    const lost = [...meant].filter(word => !found.has(word))
    if (extra.length > 0) throw new Error(`left over: ${extra.join(', ')}`)
    if (lost.length > 0) throw new Error(`gone, and should have been retained: ${lost.join(', ')}`)
    return `${lines.length} looks; retained: ${meant.size} things and what the bootstrap made`
  },
})

/** Down by hand, then away. */
export const shutdownSteps: readonly Step[] = [down, destroy, scan]
