#!/usr/bin/env node
/** The rights of CloudFormation in an account of bp, by the types of resources that its templates hold. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { names } from '@bp/contracts/names'

/** Service in a resource type → its name in a policy, where the two differ by more than capitals. */
const irregular: Readonly<Record<string, string>> = {
  ApplicationAutoScaling: 'application-autoscaling',
  ElasticLoadBalancingV2: 'elasticloadbalancing',
}

/** Services whose resources the templates hold. A test compares it with the templates, both ways. */
export const services = [
  'ApplicationAutoScaling',
  'AutoScaling',
  'Budgets',
  'CloudFront',
  'CloudWatch',
  'EC2',
  'ECR',
  'ECS',
  'ElastiCache',
  'ElasticLoadBalancingV2',
  'Events',
  'IAM',
  'KMS',
  'Lambda',
  'Logs',
  'RDS',
  'S3',
  'SNS',
  'SQS',
  'SSM',
  'SecretsManager',
] as const

/** The policy that a role of CloudFormation works under; it speaks of the own account without naming it. */
export const policyName = 'bp-cloudformation'

const inAccount = (kind: string, name: string) => `arn:aws:iam::*:${kind}/${name}`

/**
 * Whole services, because the programs behind resource types call what they like and AWS changes them without notice;
 * only CloudFormation can take this role. What could make a new administrator, IAM, is spelled out.
 */
export function executionPolicy() {
  const boundary = inAccount('policy', names.roles.boundary)
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'ServicesInUse',
        Effect: 'Allow',
        Action: services
          .filter(service => service !== 'IAM')
          .map(service => `${irregular[service] ?? service.toLowerCase()}:*`),
        Resource: '*',
      },
      {
        Sid: 'RolesOfBpWithTheBoundary',
        Effect: 'Allow',
        Action: ['iam:CreateRole', 'iam:PutRolePermissionsBoundary'],
        Resource: inAccount('role', 'bp-*'),
        Condition: { ArnLike: { 'iam:PermissionsBoundary': boundary } },
      },
      {
        Sid: 'RolesOfBp',
        Effect: 'Allow',
        Action: [
          'iam:AttachRolePolicy',
          'iam:DeleteRole',
          'iam:DeleteRolePolicy',
          'iam:DetachRolePolicy',
          'iam:GetRole',
          'iam:GetRolePolicy',
          'iam:ListAttachedRolePolicies',
          'iam:ListRolePolicies',
          'iam:PassRole',
          'iam:PutRolePolicy',
          'iam:TagRole',
          'iam:UntagRole',
          'iam:UpdateAssumeRolePolicy',
          'iam:UpdateRole',
          'iam:UpdateRoleDescription',
        ],
        Resource: inAccount('role', 'bp-*'),
      },
      {
        Sid: 'PoliciesAndProfilesOfBp',
        Effect: 'Allow',
        Action: [
          'iam:AddRoleToInstanceProfile',
          'iam:CreateInstanceProfile',
          'iam:CreatePolicy',
          'iam:CreatePolicyVersion',
          'iam:DeleteInstanceProfile',
          'iam:DeletePolicy',
          'iam:DeletePolicyVersion',
          'iam:GetInstanceProfile',
          'iam:GetPolicy',
          'iam:GetPolicyVersion',
          'iam:ListPolicyVersions',
          'iam:RemoveRoleFromInstanceProfile',
          'iam:SetDefaultPolicyVersion',
          'iam:TagInstanceProfile',
          'iam:TagPolicy',
        ],
        Resource: [inAccount('policy', 'bp-*'), inAccount('instance-profile', 'bp-*')],
      },
      {
        Sid: 'SignInOfWorkflows',
        Effect: 'Allow',
        Action: [
          'iam:AddClientIDToOpenIDConnectProvider',
          'iam:CreateOpenIDConnectProvider',
          'iam:DeleteOpenIDConnectProvider',
          'iam:GetOpenIDConnectProvider',
          'iam:RemoveClientIDFromOpenIDConnectProvider',
          'iam:TagOpenIDConnectProvider',
          'iam:UpdateOpenIDConnectProviderThumbprint',
        ],
        Resource: inAccount('oidc-provider', 'token.actions.githubusercontent.com'),
      },
      {
        Sid: 'RolesThatServicesMakeForThemselves',
        Effect: 'Allow',
        Action: 'iam:CreateServiceLinkedRole',
        Resource: inAccount('role', 'aws-service-role/*'),
      },
      {
        Sid: 'NotItself',
        Effect: 'Deny',
        Action: [
          'iam:CreatePolicyVersion',
          'iam:DeletePolicy',
          'iam:DeletePolicyVersion',
          'iam:SetDefaultPolicyVersion',
        ],
        Resource: inAccount('policy', policyName),
      },
    ],
  }
}

if (import.meta.main)
  writeFileSync(
    join(import.meta.dirname, 'execution-policy.json'),
    `${JSON.stringify(executionPolicy(), null, 2)}\n`,
  )
