import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import { names } from '@bp/contracts/names'
import { cdkProgram } from '../places.ts'
import type { Scene } from '../scene.ts'
import { bash } from '../shell.ts'
import { chapter, type Step } from '../step.ts'

const step = chapter('Day-1 checklist (first deploy)')
const { stacks } = names

/** The guide's order. */
const order = [
  stacks.cicd,
  stacks.network,
  stacks.data,
  stacks.compute,
  stacks.monitoring,
  stacks.gpuShared,
] as const

/** Synthesises once; every deploy then takes the templates as they are. */
async function synthesize(scene: Scene, signal: AbortSignal): Promise<string> {
  const words = ['synth', '--quiet', '--no-notices', '--output', scene.assembly]
  await scene.type(process.execPath, [cdkProgram, ...words], signal)
  return 'all templates, no context, nothing adapted to the emulator'
}

const bootstrapCommand = 'npx cdk bootstrap'
const deployCommand = (stack: string): string => `npx cdk deploy ${stack} --exclusively`

async function bootstrap(scene: Scene, signal: AbortSignal): Promise<string> {
  await bash(scene, bootstrapCommand, signal)
  return 'CDKToolkit is there'
}

async function deploy(scene: Scene, stack: string, signal: AbortSignal): Promise<string> {
  await bash(scene, deployCommand(stack), signal)
  const { Stacks = [] } = await scene.cloud.cloudFormation.send(
    new DescribeStacksCommand({ StackName: stack }),
  )
  return Stacks[0]?.StackStatus ?? 'no status'
}

const synth = step({
  id: 'synth',
  title: 'Synthesise the CDK app',
  command: 'npx cdk synth --quiet',
  real: 'CDK app, CDK CLI, esbuild, cdk-nag',
  emulated: '-',
  secondsMax: 120,
  play: synthesize,
})

const first = step({
  id: 'bootstrap',
  title: 'Bootstrap CDK (once per account/region)',
  command: bootstrapCommand,
  real: 'CDK CLI and its bootstrap template',
  emulated: 'CloudFormation, IAM, S3, ECR, SSM',
  needs: [synth.id],
  secondsMax: 120,
  play: bootstrap,
})

/** Bootstrap, then the core stacks one after the other, none with an image, a secret or an AMI in place. */
export const coreSteps: readonly Step[] = [
  synth,
  first,
  ...order.map((stack, at) =>
    step({
      id: stack,
      title: `Deploy core stacks: ${stack}`,
      command: deployCommand(stack),
      real: 'CDK CLI, unmodified template',
      emulated: 'CloudFormation and the services behind it',
      needs: [order[at - 1] ?? first.id],
      secondsMax: 180,
      play: (scene, signal) => deploy(scene, stack, signal),
    }),
  ),
]
