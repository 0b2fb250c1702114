/** Core stacks as other stacks see them: their names, and every value that they publish. */
import {
  type CloudFormationClient,
  CreateStackCommand,
  waitUntilStackCreateComplete,
} from '@aws-sdk/client-cloudformation'
import { names } from '@bp/contracts/names'
import { shared } from '../../constructs/shared.ts'
import { coreStacks } from '../core-stacks.ts'

/** Values that must have a shape; all others are words. */
const shaped: Readonly<Record<string, string>> = {
  'api-url': 'http://bp.invalid',
  'load-balancer': 'app/bp/0123456789abcdef',
  'topic-p1': 'arn:aws:sns:us-east-1:000000000000:bp-ops-p1',
  'topic-p2': 'arn:aws:sns:us-east-1:000000000000:bp-ops-p2',
  'topic-p3': 'arn:aws:sns:us-east-1:000000000000:bp-ops-p3',
  'scale-to-zero-topic': 'arn:aws:sns:us-east-1:000000000000:bp-scale-to-zero',
}

/** Makes stacks with the names of the core stacks, each publishing its own keys. */
export async function makeCore(
  cloudformation: CloudFormationClient,
  stacks: readonly string[] = coreStacks,
): Promise<void> {
  for (const StackName of stacks) {
    const area = StackName.replace(/^bp-/, '')
    const keys = Object.entries(shared).find(([name]) => name === area)?.[1] ?? ['nothing']
    const Resources = Object.fromEntries(
      keys.map((key, at) => [
        `Key${at}`,
        {
          Type: 'AWS::SSM::Parameter',
          Properties: {
            Name: names.parameters.shared(area, key),
            Type: 'String',
            Value: shaped[key] ?? key,
          },
        },
      ]),
    )
    await cloudformation.send(
      new CreateStackCommand({ StackName, TemplateBody: JSON.stringify({ Resources }) }),
    )
    await waitUntilStackCreateComplete(
      { client: cloudformation, maxWaitTime: 60, minDelay: 1, maxDelay: 1 },
      { StackName },
    )
  }
}
