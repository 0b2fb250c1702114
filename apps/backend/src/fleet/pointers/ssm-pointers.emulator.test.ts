import { GetParameterHistoryCommand, SSMClient } from '@aws-sdk/client-ssm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { names } from '@bp/contracts/names'
import { openTestEmulator, type TestEmulator } from '../../../test/emulator.ts'
import { pointerCases } from '../../../test/pointer-cases.ts'
import { openSsm } from '../ssm.ts'
import { ssmPointers } from './ssm-pointers.ts'

describe('pointers in the Systems Manager', () => {
  let emulator: TestEmulator
  beforeAll(async () => {
    emulator = await openTestEmulator()
  })
  afterAll(() => emulator[Symbol.asyncDispose]())
  pointerCases(() => ssmPointers(openSsm()))

  it('makes no version for a repeat', async () => {
    const pointers = ssmPointers(openSsm())
    const config = {
      stage: 'staging',
      slug: 'quiet',
      name: 'quiet',
      template: 'gpu-24gb',
      instance_types: ['g6.xlarge'],
      min: 0,
      max: 1,
      on_demand_max: 0,
    } as const
    const document = { ...config, instance_types: [...config.instance_types] }
    for (const _ of [1, 2, 3]) await pointers.put(document)
    const client = new SSMClient()
    const { Parameters = [] } = await client.send(
      new GetParameterHistoryCommand({ Name: names.parameters.desiredConfig('staging', 'quiet') }),
    )
    client.destroy()
    expect(Parameters).toHaveLength(1)
    expect(JSON.parse(Parameters[0]?.Value ?? '')).toEqual(config)
  })
})
