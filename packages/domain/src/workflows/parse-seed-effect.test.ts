import { describe, expect, it } from 'vitest'
import { checkGraph } from './check-graph.ts'
import { parseSeedEffect } from './parse-seed-effect.ts'

const { graph } = checkGraph({
  1: { class_type: 'LoadImage', inputs: { image: 'a.png' } },
  3: { class_type: 'ImageBlur', inputs: { image: ['1', 0], blur_radius: 6 } },
  9: { class_type: 'SaveImage', inputs: { images: ['3', 0] } },
})
const good = {
  name: 'Soft focus',
  description: 'A gentle blur.',
  tags: ['photo'],
  price: null,
  inputs: [
    {
      key: 'image',
      kind: 'image',
      targets: [{ node: '1', field: 'image' }],
      schema: {
        title: 'Photo',
        'x-bp': { group: 'basic', accept: ['image/png'], max_bytes: 20_971_520 },
      },
    },
    {
      key: 'radius',
      kind: 'int',
      targets: [{ node: '3', field: 'blur_radius' }],
      schema: { type: 'integer', minimum: 1, maximum: 31, default: 6 },
    },
  ],
  outputs: [{ key: 'picture', node_id: '9', kind: 'image' }],
  fixed: {},
  needs: { models: [], custom_nodes: [], min_vram_gb: 0 },
  examples: [{ name: 'Harbour', input: { radius: 9 }, files: { image: 'sample.webp' } }],
  pictures: { cover: 'cover.webp', sample: 'sample.webp' },
}
const parse = (change: object) => parseSeedEffect(JSON.stringify({ ...good, ...change }), graph)
const [image] = good.inputs

describe('parseSeedEffect', () => {
  it('reads a good one', () => {
    const { effect, faults } = parse({})
    expect(faults).toEqual([])
    expect(effect?.inputs.map(input => input.key)).toEqual(['image', 'radius'])
    expect(effect?.examples[0]?.files).toEqual({ image: 'sample.webp' })
  })

  it.each<[string, object, string]>([
    ['no name', { name: undefined }, '/name'],
    ['an unknown field', { colour: 1 }, '/colour'],
    ['an unknown kind', { inputs: [{ ...image, kind: 'smell' }] }, '/inputs/0/kind'],
    ['a key that is none', { inputs: [{ ...image, key: 'Not a key' }] }, '/inputs/0/key'],
    [
      'a target that is not there',
      { inputs: [{ ...image, targets: [{ node: '1', field: 'x' }] }] },
      '/inputs/0/targets/0/field',
    ],
    ['no target', { inputs: [{ ...image, targets: [] }] }, '/inputs/0/targets'],
    ['the same key twice', { inputs: [image, image] }, '/inputs/1/key'],
    [
      'an unknown word of a schema',
      { inputs: [{ ...image, schema: { oneOf: [] } }] },
      '/inputs/0/schema/oneOf',
    ],
    [
      'a schema word of the wrong type',
      { inputs: [{ ...image, schema: { minimum: '1' } }] },
      '/inputs/0/schema/minimum',
    ],
    ['no outputs', { outputs: [] }, '/outputs'],
    [
      'an output that is not there',
      { outputs: [{ key: 'p', node_id: '8', kind: 'image' }] },
      '/outputs/0/node_id',
    ],
    ['a fixed value that does not fit', { fixed: { radius: 99 } }, '/fixed/radius'],
    ['a fixed key that is not there', { fixed: { size: 1 } }, '/fixed/size'],
    [
      'an example that does not fit',
      { examples: [{ name: 'x', input: { radius: 99 }, files: { image: 'a.webp' } }] },
      '/examples/0/input/radius',
    ],
    [
      'an example without its picture',
      { examples: [{ name: 'x', input: {}, files: {} }] },
      '/examples/0/input/image',
    ],
    [
      'a path that leaves the folder',
      { pictures: { cover: '../x.webp', sample: 'a.webp' } },
      '/pictures/cover',
    ],
    ['no pictures', { pictures: null }, '/pictures'],
  ])('refuses %s', (_name, change, pointer) => {
    const { effect, faults } = parse(change)
    expect(effect).toBeUndefined()
    expect(faults.map(fault => fault.pointer)).toContain(pointer)
  })

  it('tells all faults at once, and what is no JSON', () => {
    expect(parse({ name: 5, tags: 'x', outputs: [] }).faults.length).toBe(3)
    expect(parseSeedEffect('{').faults[0]?.code).toBe('json')
    expect(parseSeedEffect('[]').faults[0]?.code).toBe('type')
  })
})
