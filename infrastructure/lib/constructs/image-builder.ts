import {
  InstanceProfile,
  ManagedPolicy,
  PolicyStatement,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { names } from '@bp/contracts/names'
import { accept, acceptStars } from './accept.ts'

export interface ImageBuilderProps {
  /** Name of the bucket of models. */
  readonly models: string
}

/** What a machine that becomes an AMI may do: be reached by Session Manager, and read models. */
export class ImageBuilder extends Construct {
  constructor(scope: Construct, id: string, { models }: ImageBuilderProps) {
    super(scope, id)
    const role = new Role(this, 'Role', {
      roleName: names.roles.imageBuilder,
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName('AmazonSSMManagedInstanceCore')],
    })
    const reads = [
      { actions: ['s3:ListBucket'], resources: [`arn:aws:s3:::${models}`] },
      { actions: ['s3:GetObject'], resources: [`arn:aws:s3:::${models}/*`] },
    ]
    for (const statement of reads) role.addToPolicy(new PolicyStatement(statement))
    acceptStars(role, reads, 'Reading all models is what a bake does; it may write none.')
    new InstanceProfile(this, 'Profile', {
      instanceProfileName: names.roles.imageBuilder,
      role,
    })
    accept(
      role,
      'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/AmazonSSMManagedInstanceCore]',
      'The set that Session Manager needs, kept up to date by AWS.',
    )
  }
}
