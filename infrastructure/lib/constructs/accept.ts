import { Validations } from 'aws-cdk-lib'
import type { PolicyStatementProps } from 'aws-cdk-lib/aws-iam'
import type { IConstruct } from 'constructs'

/** Accepts one finding of the checks at one place, with the reason that the report then shows. */
export function accept(construct: IConstruct, id: string, reason: string): void {
  Validations.of(construct).acknowledge({ id, reason })
}

/** Accepts the stars that stand in these statements, and no others: a new one has to be argued again. */
export function acceptStars(
  construct: IConstruct,
  statements: readonly Pick<PolicyStatementProps, 'resources' | 'actions'>[],
  reason: string,
): void {
  for (const { actions = [], resources = [] } of statements) {
    for (const action of actions.filter(it => it.includes('*')))
      accept(construct, `AwsSolutions-IAM5[Action::${action}]`, reason)
    for (const resource of resources.filter(it => it.includes('*')))
      accept(construct, `AwsSolutions-IAM5[Resource::${resource}]`, reason)
  }
}
