import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkInput } from './check-input.ts'
import type { FieldSchema, InputSchema } from './schema.ts'

const schemaOf = (
  properties: Record<string, FieldSchema>,
  required: string[] = [],
): InputSchema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})
const asset = 'asset_0123456789abc'
const schema = schemaOf(
  {
    image: { type: 'string', title: 'Photo', 'x-bp': { kind: 'image' } },
    radius: {
      type: 'integer',
      title: 'Radius',
      minimum: 1,
      maximum: 31,
      default: 6,
      'x-bp': { kind: 'int' },
    },
    strength: {
      type: 'number',
      title: 'Strength',
      minimum: 0,
      maximum: 1,
      multipleOf: 0.05,
      default: 0.5,
      'x-bp': { kind: 'float' },
    },
    mode: {
      type: 'string',
      title: 'Mode',
      enum: ['screen', 'overlay'],
      default: 'screen',
      'x-bp': { kind: 'enum' },
    },
    lossless: { type: 'boolean', title: 'Lossless', default: false, 'x-bp': { kind: 'bool' } },
    seed: { title: 'Seed', default: 'random', 'x-bp': { kind: 'seed' } },
  },
  ['image'],
)

describe('checkInput', () => {
  it('fills in defaults and keeps what was given', () => {
    const { values, faults } = checkInput(schema, { image: asset, radius: 9 })
    expect(faults).toEqual([])
    expect(values).toEqual({
      image: asset,
      radius: 9,
      strength: 0.5,
      mode: 'screen',
      lossless: false,
      seed: 'random',
    })
  })

  it.each([
    ['required', {}, '/image'],
    ['asset', { image: 'cat.jpg' }, '/image'],
    ['minimum', { image: asset, radius: 0 }, '/radius'],
    ['maximum', { image: asset, radius: 32 }, '/radius'],
    ['type', { image: asset, radius: '6' }, '/radius'],
    ['type', { image: asset, radius: 1.5 }, '/radius'],
    ['multipleOf', { image: asset, strength: 0.51 }, '/strength'],
    ['enum', { image: asset, mode: 'dodge' }, '/mode'],
    ['type', { image: asset, lossless: 'yes' }, '/lossless'],
    ['seed', { image: asset, seed: '18446744073709551616' }, '/seed'],
    ['unknown', { image: asset, radios: 3 }, '/radios'],
    ['type', null, ''],
  ])('says %s for %j', (code, input, pointer) => {
    expect(checkInput(schema, input).faults).toMatchObject([{ code, pointer }])
  })

  it('names all faults at once', () => {
    const { faults } = checkInput(schema, { radius: 99, mode: 'x', more: 1 })
    expect(faults.map(fault => fault.pointer)).toEqual(['/image', '/radius', '/mode', '/more'])
  })

  it('takes every seed up to 2^64 − 1 as text, and decimal steps that binary cannot hold', () => {
    for (const seed of ['0', '18446744073709551615', 7, 'random']) {
      expect(checkInput(schema, { image: asset, seed }).faults).toEqual([])
    }
    for (const strength of [0.05, 0.15, 0.35, 0.95]) {
      expect(checkInput(schema, { image: asset, strength }).faults).toEqual([])
    }
  })

  it('never throws, whatever comes', () => {
    fc.assert(fc.property(fc.anything(), input => Array.isArray(checkInput(schema, input).faults)))
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom(...Object.keys(schema.properties)), fc.anything()),
        input => Array.isArray(checkInput(schema, input).faults),
      ),
    )
  })
})
