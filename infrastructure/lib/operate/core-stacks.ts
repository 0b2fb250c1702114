import type { CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { names } from '@bp/contracts/names'
import { OperateFault } from './fault.ts'
import { findStackStatus, stackFault } from './stack-state.ts'

/** The stacks that every installation has, in the order of their first deploy. */
export const coreStacks: readonly string[] = [
  names.stacks.cicd,
  names.stacks.network,
  names.stacks.data,
  names.stacks.compute,
  names.stacks.monitoring,
  names.stacks.gpuShared,
]

/** `all`, or some of the core stacks with commas between them, in the guide's order. Throws `unknown_stack`. */
export function stacksOf(text: string): readonly string[] {
  if (text === 'all') return coreStacks
  const asked = text.split(',').map(one => one.trim())
  const unknown = asked.filter(one => !coreStacks.includes(one))
  if (unknown.length === 0) return coreStacks.filter(stack => asked.includes(stack))
  throw new OperateFault(
    'unknown_stack',
    `${unknown.map(one => `"${one}"`).join(', ')} is no core stack.`,
    `Give all, or some of ${coreStacks.join(',')}. A fleet's stack is deployed by provision-gpu-fleet.yml.`,
  )
}

/** Throws when one of the stacks cannot be deployed now; nothing has been touched then. */
export async function demandDeployable(
  cloudformation: CloudFormationClient,
  stacks: readonly string[],
): Promise<void> {
  for (const stack of stacks) {
    const fault = stackFault(stack, await findStackStatus(cloudformation, stack))
    if (fault !== undefined) throw fault
  }
}

/** Throws when a core stack is missing or broken: a fleet leans on all of them. */
export async function demandCore(cloudformation: CloudFormationClient): Promise<void> {
  for (const stack of coreStacks) {
    const status = await findStackStatus(cloudformation, stack)
    if (status === undefined || status === 'REVIEW_IN_PROGRESS')
      throw new OperateFault(
        'no_core_stack',
        `Stack ${stack} is not deployed, and fleets lean on it.`,
        `npx cdk deploy ${stack} --exclusively`,
      )
    const fault = stackFault(stack, status)
    if (fault !== undefined) throw fault
  }
}
