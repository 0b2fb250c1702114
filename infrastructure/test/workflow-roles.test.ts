import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import { names } from '@bp/contracts/names'
import { documents, synthesize } from './installations.ts'

const texts = z.union([z.string(), z.array(z.string())]).transform(one => [one].flat())
const Statement = z.object({
  Effect: z.enum(['Allow', 'Deny']),
  Action: texts,
  Resource: texts,
  Condition: z.record(z.string(), z.record(z.string(), texts)).default({}),
})
type Statement = z.infer<typeof Statement>

const app = synthesize(documents.recommended)
const roles = app.of('AWS::IAM::Role', names.stacks.cicd)
const statementsOf = (roleName: string): readonly Statement[] => {
  const role = roles.find(one => one.Properties['RoleName'] === roleName)
  if (role === undefined) throw new Error(`no role ${roleName}`)
  return app
    .of('AWS::IAM::Policy', names.stacks.cicd)
    .filter(one => JSON.stringify(one.Properties['Roles']).includes(`"${role.id}"`))
    .flatMap(
      one =>
        z.object({ Statement: z.array(Statement) }).parse(one.Properties['PolicyDocument'])
          .Statement,
    )
}

const matches = (pattern: string, text: string): boolean =>
  new RegExp(
    `^${pattern.replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*')}$`,
  ).test(text)

/** What AWS would answer for these statements alone, with the conditions that bp uses. */
function isAllowed(
  roleName: string,
  action: string,
  resource: string,
  context: Readonly<Record<string, string>> = {},
): boolean {
  return statementsOf(roleName).some(
    one =>
      one.Effect === 'Allow' &&
      one.Action.some(pattern => matches(pattern, action)) &&
      one.Resource.some(pattern => matches(pattern, resource)) &&
      Object.values(one.Condition).every(test =>
        Object.entries(test).every(([key, allowed]) => allowed.includes(context[key] ?? '')),
      ),
  )
}

const here = 'us-east-1:111122223333'
const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`
const cdk = (kind: string) => role(`cdk-bp-${kind}-role-111122223333-us-east-1`)
const parameter = (path: string) => `arn:aws:ssm:${here}:parameter${path}`
const service = (name: string) => `arn:aws:ecs:${here}:service/bp/${name}`
const stack = (name: string) => `arn:aws:cloudformation:${here}:stack/${name}/1`
const instance = `arn:aws:ec2:${here}:instance/i-1`
const image = 'arn:aws:ec2:us-east-1::image/ami-1'
const publicImage = 'arn:aws:ssm:us-east-1::parameter/aws/service/deeplearning/ami/x86_64/x'
const scalable = `arn:aws:application-autoscaling:${here}:scalable-target/1`
const ofEcs = { 'application-autoscaling:service-namespace': 'ecs' }
const cluster = { 'ecs:cluster': `arn:aws:ecs:${here}:cluster/bp` }
const toEcs = { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' }
const toCfn = { 'iam:PassedToService': 'cloudformation.amazonaws.com' }
const ours = { 'aws:ResourceTag/Project': 'bp' }

type Row = readonly [
  who: string,
  action: string,
  resource: string,
  context?: Readonly<Record<string, string>>,
]
const allowed: readonly Row[] = [
  ['bp-gha-deploy', 'ecr:PutImage', `arn:aws:ecr:${here}:repository/bp-backend`],
  ['bp-gha-deploy', 'ecs:UpdateService', service('bp-frontend')],
  ['bp-gha-deploy', 'iam:PassRole', role('bp-backend-task'), toEcs],
  ['bp-gha-deploy', 'ssm:PutParameter', parameter('/bp/images/backend')],
  ['bp-gha-deploy', 'application-autoscaling:RegisterScalableTarget', scalable, ofEcs],
  ['bp-gha-db', 'ecs:DescribeServices', service('bp-backend')],
  ['bp-gha-db', 'ecs:RunTask', `arn:aws:ecs:${here}:task-definition/bp-backend:7`, cluster],
  ['bp-gha-db', 'logs:GetLogEvents', `arn:aws:logs:${here}:log-group:/ecs/bp-backend:a`],
  ['bp-gha-infra', 'sts:AssumeRole', cdk('deploy')],
  ['bp-gha-infra', 'ssm:PutParameter', parameter('/bp/images/frontend')],
  ['bp-gha-fleet', 'cloudformation:ExecuteChangeSet', stack('bp-gpu-fleet-staging-portraits')],
  ['bp-gha-fleet', 'iam:PassRole', cdk('cfn-exec'), toCfn],
  ['bp-gha-fleet', 'cloudformation:DescribeStacks', stack('bp-network')],
  ['bp-gha-fleet', 'ssm:GetParameter', publicImage],
  ['bp-gha-fleet', 'autoscaling:DescribeAutoScalingGroups', '*'],
  ['bp-gha-fleet', 'ssm:PutParameter', parameter('/bp/ami/fleets/staging/portraits')],
  ['bp-gha-fleet', 'logs:CreateLogGroup', `arn:aws:logs:${here}:log-group:/gpu-workers/portraits`],
  ['bp-gha-ami', 'ec2:RunInstances', instance, { 'aws:RequestTag/Project': 'bp' }],
  ['bp-gha-ami', 'ec2:TerminateInstances', instance, ours],
  ['bp-gha-ami', 'ec2:CreateTags', image, ours],
  ['bp-gha-ami', 'ec2:CreateTags', image, { 'ec2:CreateAction': 'CreateImage' }],
  ['bp-gha-ami', 'ec2:GetConsoleOutput', instance, ours],
  ['bp-gha-ami', 'ssm:GetParameter', publicImage],
  ['bp-gha-ami', 'ssm:GetParameter', parameter('/bp/fleets/staging/portraits/active_bundle')],
  ['bp-gha-ami', 'ssm:PutParameter', parameter('/bp/ami/fleets/staging/portraits')],
]
const denied: readonly Row[] = [
  ['bp-gha-deploy', 'ecr:PutImage', `arn:aws:ecr:${here}:repository/other`],
  ['bp-gha-deploy', 'ecr:DeleteRepository', `arn:aws:ecr:${here}:repository/bp-backend`],
  ['bp-gha-deploy', 'ecs:UpdateService', `arn:aws:ecs:${here}:service/other/bp-backend`],
  ['bp-gha-deploy', 'iam:PassRole', role('admin'), toEcs],
  ['bp-gha-deploy', 'iam:PassRole', role('bp-backend-task'), toCfn],
  ['bp-gha-deploy', 'ssm:PutParameter', parameter('/bp/fleets/production/fleet-secret')],
  ['bp-gha-deploy', 'sts:AssumeRole', cdk('deploy')],
  ['bp-gha-db', 'ecs:RunTask', `arn:aws:ecs:${here}:task-definition/other:1`, cluster],
  ['bp-gha-db', 'ecs:RunTask', `arn:aws:ecs:${here}:task-definition/bp-backend:7`],
  ['bp-gha-deploy', 'application-autoscaling:RegisterScalableTarget', scalable],
  ['bp-gha-db', 'ecs:UpdateService', service('bp-backend')],
  ['bp-gha-db', 'ecs:DescribeServices', service('bp-frontend')],
  ['bp-gha-db', 'secretsmanager:GetSecretValue', '*'],
  ['bp-gha-infra', 'sts:AssumeRole', role('admin')],
  ['bp-gha-infra', 'iam:CreateRole', role('bp-x')],
  ['bp-gha-infra', 'ssm:PutParameter', parameter('/bp/ami/fleets/staging/portraits')],
  ['bp-gha-fleet', 'sts:AssumeRole', cdk('deploy')],
  ['bp-gha-fleet', 'cloudformation:ExecuteChangeSet', stack('bp-data')],
  ['bp-gha-fleet', 'cloudformation:DescribeStacks', stack('other')],
  ['bp-gha-fleet', 'autoscaling:UpdateAutoScalingGroup', '*'],
  ['bp-gha-fleet', 'cloudformation:DeleteStack', stack('bp-network')],
  ['bp-gha-fleet', 'ssm:GetParameter', parameter('/bp/fleets/production/fleet-secret')],
  ['bp-gha-ami', 'ec2:RunInstances', instance],
  ['bp-gha-ami', 'ec2:TerminateInstances', instance],
  ['bp-gha-ami', 'ec2:CreateTags', image],
  ['bp-gha-ami', 'ec2:CreateTags', instance, ours],
  ['bp-gha-ami', 'ec2:GetConsoleOutput', instance],
  ['bp-gha-ami', 'ssm:PutParameter', publicImage],
  ['bp-gha-ami', 'ssm:PutParameter', parameter('/bp/fleets/staging/portraits/active_bundle')],
  ['bp-gha-ami', 'ssm:PutParameter', parameter('/bp/images/backend')],
  [
    'bp-gha-ami',
    'iam:PassRole',
    role('bp-backend-task'),
    { 'iam:PassedToService': 'ec2.amazonaws.com' },
  ],
]

describe('the roles of workflows', () => {
  for (const [who, action, resource, context] of allowed)
    it(`${who} may ${action} on ${resource}`, () => {
      expect(isAllowed(who, action, resource, context)).toBe(true)
    })

  for (const [who, action, resource, context] of denied)
    it(`${who} may not ${action} on ${resource}, given ${JSON.stringify(context ?? {})}`, () => {
      expect(isAllowed(who, action, resource, context)).toBe(false)
    })

  it('are taken by whole subjects of one repository, for an hour', () => {
    const github = roles.filter(one => String(one.Properties['RoleName']).startsWith('bp-gha-'))
    expect(github.map(one => one.Properties['RoleName'])).toEqual(
      ['deploy', 'db', 'infra', 'fleet', 'ami'].map(one => `bp-gha-${one}`),
    )
    const production = 'repo:acme@1/bp@2:environment:production'
    // A staging fleet is served by the environment of its stage, which needs no reviewer.
    const both = [production, 'repo:acme@1/bp@2:environment:staging']
    const subjects: Readonly<Record<string, unknown>> = {
      'bp-gha-deploy': production,
      'bp-gha-db': production,
      'bp-gha-infra': production,
      'bp-gha-fleet': both,
      'bp-gha-ami': both,
    }
    for (const one of github) {
      expect(one.Properties['MaxSessionDuration']).toBe(3600)
      expect(one.Properties['AssumeRolePolicyDocument']).toMatchObject({
        Statement: [
          {
            Action: 'sts:AssumeRoleWithWebIdentity',
            Condition: {
              StringEquals: {
                'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
                'token.actions.githubusercontent.com:sub':
                  subjects[String(one.Properties['RoleName'])],
                'token.actions.githubusercontent.com:repository_id': '2',
              },
            },
          },
        ],
      })
    }
  })
})
