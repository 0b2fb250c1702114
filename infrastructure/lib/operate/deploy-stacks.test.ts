import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation'
import {
  GetParameterCommand,
  ParameterNotFound,
  PutParameterCommand,
  SSMClient,
} from '@aws-sdk/client-ssm'
import { mockClient } from 'aws-sdk-client-mock'
import { describe, expect, it } from 'vitest'
import { coreStacks } from './core-stacks.ts'
import { deployStacks } from './deploy-stacks.ts'

/** An account with stacks in some states, none in the others. */
function account(states: Readonly<Record<string, string>>) {
  const cloudformation = new CloudFormationClient({ region: 'us-east-1' })
  mockClient(cloudformation)
    .on(DescribeStacksCommand)
    .callsFake(({ StackName = '' }: { StackName?: string }) => {
      const StackStatus = states[StackName]
      if (StackStatus === undefined) throw new Error(`Stack with id ${StackName} does not exist`)
      return { Stacks: [{ StackStatus }] }
    })
  const ssm = new SSMClient({ region: 'us-east-1' })
  const parameters = mockClient(ssm)
  parameters
    .on(GetParameterCommand)
    .rejects(new ParameterNotFound({ message: 'x', $metadata: {} }))
    .on(GetParameterCommand, { Name: '/bp/images/backend' })
    .resolves({ Parameter: { Value: 'abcdef0' } })
  const did: string[] = []
  const assembly = {
    diff: async (stack: string) => {
      did.push(`diff ${stack}`)
      return `+ ${stack}`
    },
    deploy: async (stack: string) => void did.push(`deploy ${stack}`),
  }
  return { clouds: { cloudformation, ssm, assembly }, did, parameters }
}
const all = { stacks: coreStacks, isDiffOnly: false, makesPointers: false }
const nothing = () => undefined

describe('deploying the core stacks', () => {
  it('tells all differences first, then deploys one by one in order', async () => {
    const { clouds, did } = account({})
    const told: string[] = []
    expect(await deployStacks(clouds, all, nothing, text => void told.push(text))).toEqual(
      coreStacks,
    )
    expect(did).toEqual([
      ...coreStacks.map(stack => `diff ${stack}`),
      ...coreStacks.map(stack => `deploy ${stack}`),
    ])
    expect(told[0]).toContain('### bp-cicd')
  })

  it('does not begin when one of them is in rollback', async () => {
    const { clouds, did } = account({ 'bp-compute': 'ROLLBACK_COMPLETE' })
    await expect(deployStacks(clouds, all, nothing, nothing)).rejects.toMatchObject({
      code: 'stack_in_rollback',
      remedy: expect.stringContaining('delete-stack --stack-name bp-compute'),
    })
    expect(did).toEqual([])
  })

  it('does not begin when one that comes before is missing', async () => {
    const { clouds, did } = account({ 'bp-cicd': 'CREATE_COMPLETE' })
    const some = { ...all, stacks: ['bp-data'] }
    await expect(deployStacks(clouds, some, nothing, nothing)).rejects.toThrow('bp-network')
    expect(did).toEqual([])
  })

  it('only looks when it is asked to', async () => {
    const { clouds, did, parameters } = account({})
    const look = { stacks: ['bp-cicd'], isDiffOnly: true, makesPointers: true }
    expect(await deployStacks(clouds, look, nothing, nothing)).toEqual([])
    expect(did).toEqual(['diff bp-cicd'])
    expect(parameters.commandCalls(PutParameterCommand)).toHaveLength(0)
  })

  it('makes pointers that are gone, and leaves the others', async () => {
    const { clouds, parameters } = account({})
    const asked = { stacks: ['bp-cicd'], isDiffOnly: false, makesPointers: true }
    await deployStacks(clouds, asked, nothing, nothing)
    const written = parameters.commandCalls(PutParameterCommand).map(({ args }) => args[0].input)
    expect(written).toMatchObject([{ Name: '/bp/images/frontend', Value: 'none' }])
  })
})
