import { describe, expect, it } from 'vitest'
import type { InputSchema } from '@bp/contracts/inputs/schema'
import { closest } from '../closest.ts'
import { readValues } from './read-values.ts'

const schema: InputSchema = {
  type: 'object',
  properties: {
    image: { 'x-bp': { kind: 'image' } },
    many: { 'x-bp': { kind: 'files' } },
    radius: { 'x-bp': { kind: 'int' } },
    glow: { 'x-bp': { kind: 'float' } },
    invert: { 'x-bp': { kind: 'bool' } },
    mode: { enum: ['soft', 2], 'x-bp': { kind: 'enum' } },
    size: { 'x-bp': { kind: 'size' } },
    title: { 'x-bp': { kind: 'text' } },
    seed: { 'x-bp': { kind: 'seed' } },
  },
  required: [],
  additionalProperties: false,
}
const read = (...given: readonly string[]) =>
  Object.fromEntries(readValues(given, schema, 'soft-glow'))
const value = (typed: unknown) => ({ kind: 'value', value: typed })

describe('readValues', () => {
  it.each<[string, string, unknown]>([
    ['image=@a b.jpg', 'image', { kind: 'files', paths: ['a b.jpg'] }],
    ['image=asset_1', 'image', value('asset_1')],
    ['many=a,b', 'many', value(['a', 'b'])],
    ['radius=9', 'radius', value(9)],
    ['radius=wide', 'radius', value('wide')],
    ['radius=', 'radius', value('')],
    ['glow=0.25', 'glow', value(0.25)],
    ['invert=off', 'invert', value(false)],
    ['invert=perhaps', 'invert', value('perhaps')],
    ['mode=2', 'mode', value(2)],
    ['mode=loud', 'mode', value('loud')],
    ['size=640x480', 'size', value({ width: 640, height: 480 })],
    ['title=a=b', 'title', value('a=b')],
    ['seed=18446744073709551615', 'seed', value('18446744073709551615')],
  ])('%s', (given, key, typed) => {
    expect(read(given)[key]).toEqual(typed)
  })

  it('collects several files of one input, and lets the last value win elsewhere', () => {
    expect(read('many=@a', 'many=@b')['many']).toEqual({ kind: 'files', paths: ['a', 'b'] })
    expect(read('image=@a', 'image=@b')['image']).toEqual({ kind: 'files', paths: ['b'] })
  })

  it.each(['radius', '=3', 'nothing=3'])('refuses %s', given => {
    expect(() => read(given)).toThrow(/key=value|no input/)
  })
})

describe('closest', () => {
  it.each<[string, string | undefined]>([
    ['radus', 'radius'],
    ['ra', 'radius'],
    ['imgae', 'image'],
    ['colour', undefined],
  ])('%s → %s', (typed, word) => {
    expect(closest(typed, ['image', 'radius'])).toBe(word)
  })
})
