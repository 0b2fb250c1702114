import { expect, it } from 'vitest'
import type { InputSchema } from '@bp/contracts/inputs/schema'
import { carryValues } from './carry-values.ts'

const schema: InputSchema = {
  type: 'object',
  additionalProperties: false,
  required: ['image'],
  properties: {
    image: { title: 'Picture', 'x-bp': { kind: 'image' } },
    radius: { title: 'Radius', minimum: 1, maximum: 10, 'x-bp': { kind: 'int' } },
    seed: { title: 'Seed', 'x-bp': { kind: 'seed' } },
  },
}

it('takes over what still fits, and names the rest', () => {
  const input = {
    image: 'asset_0000000000001',
    radius: 40,
    seed: '18446744073709551615',
    gone: true,
    empty: null,
  }
  expect(carryValues(schema, input)).toEqual({
    values: { image: 'asset_0000000000001', seed: '18446744073709551615' },
    dropped: ['Radius', 'gone'],
  })
})
