import { DescribeStacksCommand, type CloudFormationClient } from '@aws-sdk/client-cloudformation'
import { OperateFault } from './fault.ts'

/** Status of a stack, or `undefined` where there is none. */
export async function findStackStatus(
  cloudformation: CloudFormationClient,
  stack: string,
): Promise<string | undefined> {
  try {
    const { Stacks = [] } = await cloudformation.send(
      new DescribeStacksCommand({ StackName: stack }),
    )
    return Stacks[0]?.StackStatus
  } catch (error) {
    // CloudFormation has no error of its own for a stack that is not there.
    if (error instanceof Error && /does not exist/.test(error.message)) return undefined
    throw error
  }
}

/**
 * Why a stack cannot be deployed now, with the command that frees it; `undefined` when it can. A stack whose creation was
 * rolled back holds nothing and cannot be updated; one whose last update was rolled back whole is as good as new.
 */
export function stackFault(stack: string, status: string | undefined): OperateFault | undefined {
  if (status === undefined || status === 'REVIEW_IN_PROGRESS') return undefined
  const is = `Stack ${stack} is in ${status}`
  if (/^(ROLLBACK_COMPLETE|ROLLBACK_FAILED|CREATE_FAILED|DELETE_FAILED)$/.test(status))
    return new OperateFault(
      'stack_in_rollback',
      `${is}: it was never made whole and can only be removed.`,
      `aws cloudformation delete-stack --stack-name ${stack} && aws cloudformation wait stack-delete-complete --stack-name ${stack}`,
    )
  if (/^(UPDATE_ROLLBACK_FAILED|UPDATE_FAILED)$/.test(status))
    return new OperateFault(
      'stack_in_rollback',
      `${is}: its last change is half undone.`,
      `aws cloudformation continue-update-rollback --stack-name ${stack} && aws cloudformation wait stack-rollback-complete --stack-name ${stack}`,
    )
  if (status.endsWith('_IN_PROGRESS'))
    return new OperateFault(
      'stack_busy',
      `${is}: somebody else changes it now.`,
      `Wait for its end, then run this again: aws cloudformation describe-stacks --stack-name ${stack} --query 'Stacks[0].StackStatus'`,
    )
  return undefined
}
