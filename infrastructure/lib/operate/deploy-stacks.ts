import type { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import type { SSMClient } from '@aws-sdk/client-ssm'
import { names } from '@bp/contracts/names'
import type { Assembly } from './cdk.ts'
import { coreStacks, demandDeployable } from './core-stacks.ts'
import { OperateFault } from './fault.ts'
import { findParameter, writeParameter } from './parameter.ts'
import type { Say } from './script.ts'
import { serviceNames } from './service.ts'
import { findStackStatus } from './stack-state.ts'

interface StackDeploy {
  readonly stacks: readonly string[]
  /** Only tells what would change. */
  readonly isDiffOnly: boolean
  /** Makes image pointers that are gone; CloudFormation makes them once, at the first deploy, and never again. */
  readonly makesPointers: boolean
}

interface Clouds {
  readonly cloudformation: CloudFormationClient
  readonly ssm: SSMClient
  readonly assembly: Pick<Assembly, 'diff' | 'deploy'>
}

/**
 * Deploys core stacks one by one, in the guide's order. Before the first of them every status is looked at, so that a
 * stack that cannot be deployed stops the run before it begins. `tell` gets each difference, for the run's page.
 */
export async function deployStacks(
  { cloudformation, ssm, assembly }: Clouds,
  { stacks, isDiffOnly, makesPointers }: StackDeploy,
  say: Say,
  tell: (markdown: string) => void,
): Promise<readonly string[]> {
  await demandDeployable(cloudformation, stacks)
  await demandEarlier(cloudformation, stacks)
  for (const stack of stacks) tell(section(stack, await assembly.diff(stack)))
  if (isDiffOnly) return []
  if (makesPointers) await makePointers(ssm, say)
  for (const stack of stacks) {
    say(`${stack}: deploys.`)
    await assembly.deploy(stack)
  }
  return stacks
}

/** Each stack reads what the earlier ones published. */
async function demandEarlier(
  cloudformation: CloudFormationClient,
  stacks: readonly string[],
): Promise<void> {
  const last = Math.max(...stacks.map(stack => coreStacks.indexOf(stack)))
  for (const stack of coreStacks.slice(0, last)) {
    if (stacks.includes(stack)) continue
    if ((await findStackStatus(cloudformation, stack)) === undefined)
      throw new OperateFault(
        'no_core_stack',
        `Stack ${stack} comes before ${coreStacks[last]} and is not deployed.`,
        `Add ${stack} to the stacks, or choose all.`,
      )
  }
}

async function makePointers(ssm: SSMClient, say: Say): Promise<void> {
  for (const service of serviceNames) {
    const name = names.parameters.image(service)
    if ((await findParameter(ssm, name)) !== undefined) continue
    await writeParameter(ssm, name, 'none')
    say(`${name} was gone, and says none now.`)
  }
}

const section = (stack: string, diff: string): string =>
  `### ${stack}\n\n\`\`\`diff\n${diff.trim() || 'There were no differences'}\n\`\`\`\n`
