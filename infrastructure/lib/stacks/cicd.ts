import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { Repository, TagMutability, TagStatus } from 'aws-cdk-lib/aws-ecr'
import { Effect, ManagedPolicy, PermissionsBoundary, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { StringParameter } from 'aws-cdk-lib/aws-ssm'
import type { Construct } from 'constructs'
import { names } from '@bp/contracts/names'
import type { Config } from '../config/config.ts'
import { accept } from '../constructs/accept.ts'
import { BpStack } from '../constructs/bp-stack.ts'
import { WorkflowRoles } from '../constructs/workflow-roles.ts'

/** Where images lie, who may bring them, and the border that no role of bp can cross. */
export class Cicd extends BpStack {
  constructor(scope: Construct, config: Config) {
    super(scope, names.stacks.cicd, {
      config,
      description: 'bp: image repositories and the roles of workflows',
      protected: true,
    })

    for (const [service, repositoryName] of Object.entries(names.repositories)) {
      const repository = new Repository(this, `Images-${service}`, {
        repositoryName,
        // A tag that moves would make a rollback pull the broken image again.
        imageTagMutability: TagMutability.IMMUTABLE,
        imageScanOnPush: true,
        removalPolicy: RemovalPolicy.RETAIN,
      })
      repository.addLifecycleRule({
        rulePriority: 1,
        tagStatus: TagStatus.UNTAGGED,
        maxImageAge: Duration.days(7),
      })
      repository.addLifecycleRule({ rulePriority: 2, maxImageCount: 30 })

      // Written once, at creation: the Deploy workflow owns the value from then on. A change of any property here
      // would write `none` again and stop the service at the next deploy; a test holds this resource as it is.
      new StringParameter(this, `Image-${service}`, {
        parameterName: names.parameters.image(service),
        stringValue: 'none',
      }).applyRemovalPolicy(RemovalPolicy.RETAIN)
    }

    const boundary = new ManagedPolicy(this, 'Boundary', {
      managedPolicyName: names.roles.boundary,
      description: 'The most that any role of bp can be allowed',
      statements: boundaryStatements(config.account),
    })
    accept(
      boundary,
      'AwsSolutions-IAM5',
      'A boundary allows nothing by itself: it is intersected with what each role is given.',
    )
    accept(
      boundary,
      'CloudFormation-Validate::W2512',
      'A boundary says what can never be allowed; the list of services of bp would only be a second truth.',
    )
    PermissionsBoundary.of(this).apply(boundary)
    if (config.github !== undefined)
      new WorkflowRoles(this, 'Workflows', {
        github: config.github,
        region: config.region,
        account: config.account,
      })
  }
}

/** Everything but people, money and other roles: a taken-over task cannot make itself an administrator. */
function boundaryStatements(account: string): PolicyStatement[] {
  const role = (name: string) => `arn:aws:iam::${account}:role/${name}`
  return [
    new PolicyStatement({
      effect: Effect.ALLOW,
      notActions: ['iam:*', 'organizations:*', 'account:*', 'billing:*', 'sts:AssumeRole'],
      resources: ['*'],
    }),
    new PolicyStatement({
      actions: ['iam:PassRole', 'iam:GetRole', 'iam:GetInstanceProfile'],
      resources: [role('bp-*'), role('cdk-bp-*')],
    }),
    new PolicyStatement({ actions: ['sts:AssumeRole'], resources: [role('cdk-bp-*')] }),
  ]
}
