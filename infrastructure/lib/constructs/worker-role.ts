import { CfnInstanceProfile, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam'
import { Construct } from 'constructs'
import { names } from '@bp/contracts/names'
import type { Config } from '../config/config.ts'
import { acceptStars } from './accept.ts'
import type { FleetKey } from './fleet-metrics.ts'

/**
 * What a machine of one fleet may do: learn its stage's secret, read models, write its own log. A worker runs code of
 * strangers, so it can launch nothing, end nothing, and see nothing of another fleet; outputs go by signed addresses.
 */
export class WorkerRole extends Construct {
  /** ARN of the instance profile. */
  readonly profileArn: string

  constructor(
    scope: Construct,
    id: string,
    { fleet, config }: { readonly fleet: FleetKey; readonly config: Config },
  ) {
    super(scope, id)
    const { stage, slug } = fleet
    const { account, region } = config
    const role = new Role(this, 'Role', {
      roleName: names.roles.worker(stage, slug),
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
    })
    const models = `arn:aws:s3:::${names.buckets.models(account)}`
    const statements = [
      {
        actions: ['ssm:GetParameter'],
        resources: [
          `arn:aws:ssm:${region}:${account}:parameter${names.parameters.fleetSecret(stage)}`,
          `arn:aws:ssm:${region}:${account}:parameter${names.parameters.activeBundle(stage, slug)}`,
        ],
      },
      { actions: ['s3:ListBucket'], resources: [models] },
      { actions: ['s3:GetObject'], resources: [`${models}/*`] },
      {
        actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
        resources: [
          `arn:aws:logs:${region}:${account}:log-group:${names.logGroups.workers(slug)}:log-stream:${stage}/*`,
        ],
      },
    ]
    for (const statement of statements) role.addToPolicy(new PolicyStatement(statement))
    acceptStars(role, statements, 'All models, and the streams of its own machines.')
    this.profileArn = new CfnInstanceProfile(this, 'Profile', {
      instanceProfileName: names.roles.worker(stage, slug),
      roles: [role.roleName],
    }).attrArn
  }
}
