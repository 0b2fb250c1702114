/** What CloudFormation may do in the account, as a table, and that it fits what the templates hold. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { executionPolicy, policyName, services } from '../bootstrap/execution-policy.ts'
import { documents, root, synthesize } from './installations.ts'

const text = readFileSync(join(root, 'infrastructure/bootstrap/execution-policy.json'), 'utf8')

const matches = (pattern: string, value: string) =>
  new RegExp(
    `^${pattern.replaceAll(/[.+^${}()|[\]\\/]/g, String.raw`\$&`).replaceAll('*', '.*')}$`,
  ).test(value)

/** What AWS would answer: a denial wins. `boundary` is the border that a new role is to have. */
function isAllowed(action: string, resource: string, boundary = ''): boolean {
  const met = executionPolicy().Statement.filter(
    one =>
      [one.Action].flat().some(pattern => matches(pattern, action)) &&
      [one.Resource].flat().some(pattern => matches(pattern, resource)) &&
      (one.Condition === undefined ||
        matches(one.Condition.ArnLike['iam:PermissionsBoundary'], boundary)),
  )
  return met.length > 0 && met.every(one => one.Effect === 'Allow')
}

describe('the policy of CloudFormation', () => {
  it('is the one that the code makes, and short enough for AWS', () => {
    expect(JSON.parse(text)).toEqual(executionPolicy())
    expect(text.replaceAll(/\s/g, '').length).toBeLessThan(6144)
  })

  it('has the services of the templates, and no others', () => {
    const types = [
      documents.recommended,
      documents.cheapest,
      { ...documents.cheapest, nat: 'none' },
    ].flatMap(document => synthesize(document).resources.map(one => one.Type))
    const used = new Set(types.map(type => type.split('::')[1] ?? ''))
    expect(used).toEqual(new Set(services))
  }, 60_000)

  const role = (name: string) => `arn:aws:iam::111122223333:role/${name}`
  const policy = (name: string) => `arn:aws:iam::111122223333:policy/${name}`
  it.each([
    ['ecs:CreateService', '*', ''],
    ['iam:CreateRole', role('bp-backend-task'), policy('bp-boundary')],
    ['iam:PassRole', role('bp-backend-task'), ''],
    ['iam:CreatePolicyVersion', policy('bp-boundary'), ''],
  ])('allows %s on %s', (action, resource, boundary) => {
    expect(isAllowed(action, resource, boundary)).toBe(true)
  })
  it.each([
    ['iam:CreateRole', role('bp-backend-task'), ''],
    ['iam:CreateRole', role('bp-backend-task'), policy('other')],
    ['iam:CreateRole', role('admin'), policy('bp-boundary')],
    ['iam:PutRolePolicy', role('cdk-bp-cfn-exec-role-111122223333-us-east-1'), ''],
    ['iam:DeleteRolePermissionsBoundary', role('bp-backend-task'), ''],
    ['iam:CreatePolicyVersion', policy(policyName), ''],
    ['iam:CreateUser', 'arn:aws:iam::111122223333:user/me', ''],
    ['sts:AssumeRole', role('admin'), ''],
    ['organizations:LeaveOrganization', '*', ''],
  ])('refuses %s on %s, bordered by "%s"', (action, resource, boundary) => {
    expect(isAllowed(action, resource, boundary)).toBe(false)
  })

  it('can make every role of the templates: each has a name of bp', { timeout: 60_000 }, () => {
    const app = synthesize(documents.recommended)
    // Where the template gives no name, CloudFormation begins it with the stack's.
    const nameless = app.of('AWS::IAM::Role').filter(({ stack, Properties: given }) => {
      const name = typeof given['RoleName'] === 'string' ? given['RoleName'] : stack
      return !name.startsWith('bp-')
    })
    expect(nameless.map(one => `${one.stack}/${one.id}`)).toEqual([])
  })
})
