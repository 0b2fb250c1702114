import type { Stack } from 'aws-cdk-lib'
import { CfnParameter } from 'aws-cdk-lib'
import { StringParameter } from 'aws-cdk-lib/aws-ssm'
/** What stacks tell each other. There is no other way between them, so each can be deployed and destroyed alone. */
import { names } from '@bp/contracts/names'

/** Each key and the stack that writes it: the area is the stack's name without `bp-`. */
export const shared = {
  network: [
    'vpc-id',
    'public-subnet-a',
    'public-subnet-b',
    'private-subnet-a',
    'private-subnet-b',
    'isolated-subnet-a',
    'isolated-subnet-b',
    'alb-group',
    'backend-group',
    'frontend-group',
    'database-group',
    'cache-group',
    'gpu-group',
    'nat-gateway',
  ],
  data: [
    'database-host',
    'database-secret-arn',
    'cache-host',
    'app-key-arn',
    'oauth-arn',
    'redis-auth-token-arn',
    'media-host',
    'media-key-pair',
    'media-signing-key-arn',
  ],
  compute: [
    'api-url',
    'load-balancer',
    'load-balancer-host',
    'backend-target-group',
    'frontend-target-group',
  ],
  monitoring: ['topic-p2', 'topic-p3'],
  'gpu-shared': ['scale-to-zero-topic'],
} as const
export type Area = keyof typeof shared
export type Key<A extends Area> = (typeof shared)[A][number]

/** Writes one value for the other stacks. */
export function publish<A extends Area>(stack: Stack, area: A, key: Key<A>, value: string): void {
  new StringParameter(stack, `Publish-${area}-${key}`, {
    parameterName: names.parameters.shared(area, key),
    stringValue: value,
  })
}

/** Reads what another stack wrote. CloudFormation fills it in at deploy time; a synth asks nobody. */
export function shareOf<A extends Area>(stack: Stack, area: A, key: Key<A>): string {
  return parameterOf(stack, names.parameters.shared(area, key))
}

/** The value of an SSM parameter at deploy time, once per stack. */
export function parameterOf(stack: Stack, parameterName: string): string {
  const id = `Read${parameterName.replaceAll(/[^A-Za-z0-9]/g, '-')}`
  const found = stack.node.tryFindChild(id)
  const parameter =
    found instanceof CfnParameter
      ? found
      : new CfnParameter(stack, id, {
          type: 'AWS::SSM::Parameter::Value<String>',
          default: parameterName,
        })
  return parameter.valueAsString
}
