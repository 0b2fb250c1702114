import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseExact } from '@bp/contracts/exact-json'
import { brandId, formatId, type AssetId } from '@bp/contracts/ids'
import { checkInput } from '@bp/contracts/inputs/check-input'
import { checkGraph } from './check-graph.ts'
import { deriveInputSchema } from './derive-input-schema.ts'
import { detectFormat } from './detect-format.ts'
import { drawSeed, drawSeeds } from './draw-seed.ts'
import { fillGraph } from './fill-graph.ts'
import { canonicalText, graphHash, structureHash } from './graph-hash.ts'
import type { WorkflowInput } from './inputs.ts'

const asset = (n: bigint) => formatId('asset', brandId<AssetId>(n))
const graphText = `{
  "1": {"class_type": "LoadImage", "inputs": {"image": "a.png"}},
  "2": {"class_type": "ImageBlur", "inputs": {"image": ["1", 0], "blur_radius": 6, "sigma": 1.0}},
  "3": {"class_type": "Noise", "inputs": {"image": ["2", 0], "seed": 18446744073709551615, "small": 1e-7}},
  "9": {"class_type": "SaveImage", "inputs": {"images": ["3", 0], "filename_prefix": "x"}}
}`
const inputs: readonly WorkflowInput[] = [
  {
    key: 'image',
    kind: 'image',
    targets: [{ node: '1', field: 'image' }],
    schema: { title: 'Photo' },
  },
  {
    key: 'radius',
    kind: 'int',
    targets: [{ node: '2', field: 'blur_radius' }],
    schema: { type: 'integer', minimum: 1, maximum: 31, default: 6 },
  },
  { key: 'seed', kind: 'seed', targets: [{ node: '3', field: 'seed' }], schema: {} },
]
const fill = (values: Record<string, unknown>, more = {}) =>
  fillGraph({ graph: graphText, inputs, values, fixed: {}, ...more })

describe('parseExact', () => {
  it.each([
    '18446744073709551615',
    '1.0',
    '1e-7',
    '-0',
    '0.10',
    '1E5',
    '123456789.123456789',
    '12345678901234567890',
  ])('writes %s back as it came', number => {
    const text = `{"a":[${number},1,"${number}"]}`
    expect(JSON.stringify(parseExact(text))).toBe(text)
  })

  it('is JSON.parse where nothing would change', () => {
    fc.assert(
      fc.property(fc.jsonValue(), value => {
        const text = JSON.stringify(value)
        expect(JSON.stringify(parseExact(text))).toBe(text)
      }),
    )
  })
})

describe('fillGraph', () => {
  it('puts values into their fields and leaves every other byte of a number alone', () => {
    const { graph, assets, faults } = fill({
      image: asset(1n),
      radius: 9,
      seed: '18446744073709551614',
    })
    expect(faults).toEqual([])
    expect(assets).toEqual([{ ref: 'i0', assetId: asset(1n) }])
    const text = JSON.stringify(graph)
    expect(text).toContain('"image":{"__bp_asset__":"i0"}')
    expect(text).toContain('"blur_radius":9,"sigma":1.0')
    expect(text).toContain('"seed":18446744073709551614,"small":1e-7')
  })

  it('keeps the graph as it is where no value came', () => {
    expect(canonicalText(fill({}).graph)).toBe(canonicalText(parseExact(graphText)))
  })

  it('lets what the effect fixes win', () => {
    const { graph } = fill({ radius: 9 }, { fixed: { radius: 3 } })
    expect(graph?.['2']?.inputs['blur_radius']).toBe(3)
    expect(fill({}, { fixed: { colour: 1 } }).faults[0]?.pointer).toBe('/fixed/colour')
  })

  it('gives a file that is used twice one ref', () => {
    const two: readonly WorkflowInput[] = [
      { key: 'a', kind: 'image', targets: [{ node: '1', field: 'image' }], schema: {} },
      { key: 'b', kind: 'files', targets: [{ node: '9', field: 'more' }], schema: {} },
    ]
    const { graph, assets } = fill({ a: asset(1n), b: [asset(2n), asset(1n)] }, { inputs: two })
    expect(assets.map(({ ref }) => ref)).toEqual(['i0', 'i1'])
    expect(graph?.['9']?.inputs['more']).toEqual([{ __bp_asset__: 'i1' }, { __bp_asset__: 'i0' }])
  })

  it('tells every target that is not there', () => {
    const astray = inputs.map(input => ({ ...input, targets: [{ node: '77', field: 'x' }] }))
    const { graph, faults } = fill({ image: asset(1n), radius: 9 }, { inputs: astray })
    expect(graph).toBeUndefined()
    expect(faults.map(fault => fault.pointer)).toEqual(['/inputs/image', '/inputs/radius'])
  })

  it('treats any text as text: nothing a person types becomes structure', () => {
    const prompt: readonly WorkflowInput[] = [
      {
        key: 'text',
        kind: 'prompt',
        targets: [{ node: '9', field: 'filename_prefix' }],
        schema: {},
      },
    ]
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.constant('"}},"__bp_asset__":"i0"')), text => {
        const { graph } = fill({ text }, { inputs: prompt })
        const back: unknown = JSON.parse(JSON.stringify(graph))
        expect(back).toMatchObject({ '9': { inputs: { filename_prefix: text } } })
      }),
    )
    expect(fill({ text: ['1', 0] }, { inputs: prompt }).faults).toHaveLength(1)
  })

  it('does not change the graph it was given', () => {
    const given = parseExact(graphText)
    const before = canonicalText(given)
    fillGraph({ graph: given, inputs, values: { radius: 9 }, fixed: {} })
    expect(canonicalText(given)).toBe(before)
  })
})

describe('checkGraph', () => {
  const node = (links: Record<string, unknown>) => ({ class_type: 'A', inputs: links })
  it.each<[string, unknown, string, string]>([
    ['no object', 'x', '', 'type'],
    ['no nodes', {}, '', 'empty'],
    ['a node that is none', { 1: 5 }, '/1', 'type'],
    ['no class', { 1: { inputs: {} } }, '/1/class_type', 'class_type'],
    ['no inputs', { 1: { class_type: 'A' } }, '/1/inputs', 'inputs'],
    ['a link to nowhere', { 1: node({ a: ['2', 0] }) }, '/1/inputs/a', 'link_missing'],
    ['a slash in a name', { 'a/b': node({ 'x~': ['2', 0] }) }, '/a~1b/inputs/x~0', 'link_missing'],
    ['a link to itself', { 1: node({ a: ['1', 0] }) }, '/1', 'cycle'],
    [
      'a cycle behind a tail',
      { 0: node({ a: ['1', 0] }), 1: node({ a: ['2', 0] }), 2: node({ a: ['1', 1] }) },
      '/1',
      'cycle',
    ],
    [
      'a cycle beside a good link',
      { 0: node({}), 1: node({ a: ['0', 0], b: ['2', 0] }), 2: node({ a: ['1', 0] }) },
      '/1',
      'cycle',
    ],
    [
      'a file reference',
      { 1: node({ a: [{ __bp_asset__: 'i0' }] }) },
      '/1/inputs/a',
      'asset_reference',
    ],
    [
      'too many nodes',
      Object.fromEntries(Array.from({ length: 2_001 }, (_, n) => [n, node({})])),
      '',
      'too_many_nodes',
    ],
  ])('refuses %s', (_name, value, pointer, code) => {
    const { graph, faults } = checkGraph(value)
    expect(graph).toBeUndefined()
    expect(faults[0]).toMatchObject({ pointer, code })
  })

  it('accepts shared nodes and a list that is no link', () => {
    const value = { 1: node({}), 2: node({ a: ['1', 0], b: ['1', 1], c: [1, 2], d: ['x', 'y'] }) }
    expect(checkGraph(value).faults).toEqual([])
  })

  it('lists at most twenty faults and counts the rest', () => {
    const value = Object.fromEntries(Array.from({ length: 30 }, (_, n) => [n, 5]))
    const { faults } = checkGraph(value)
    expect(faults).toHaveLength(20)
    expect(faults.at(-1)?.message).toBe('There are 11 faults more.')
  })

  it('accepts every graph whose links point backwards, at any size', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 1, maxLength: 300 }), picks => {
        const value = Object.fromEntries(
          picks.map((pick, n) => [`n${n}`, node(n === 0 ? {} : { a: [`n${pick % n}`, 0] })]),
        )
        expect(checkGraph(value).faults).toEqual([])
      }),
    )
  })
})

describe('detectFormat', () => {
  it.each<[string, unknown, string]>([
    ['API', JSON.parse(graphText), 'api'],
    ['API in a wrapper', { prompt: JSON.parse(graphText), extra_data: {} }, 'api'],
    ['the editor’s save', { nodes: [], links: [], version: 0.4 }, 'ui'],
    ['nothing', {}, 'unknown'],
    ['a list', [], 'unknown'],
    ['something else', { prompt: 'a cat' }, 'unknown'],
  ])('%s', (_name, value, format) => {
    expect(detectFormat(value).format).toBe(format)
  })
})

describe('deriveInputSchema', () => {
  it('asks for what has no default, in order, and leaves out what is fixed', () => {
    const schema = deriveInputSchema(inputs, { radius: 3 })
    expect(Object.keys(schema.properties)).toEqual(['image', 'seed'])
    expect(schema.required).toEqual(['image'])
    expect(schema.properties['image']).toEqual({
      type: 'string',
      title: 'Photo',
      'x-bp': { group: 'basic', order: 0, kind: 'image' },
    })
    expect(checkInput(schema, { image: asset(1n) }).values).toEqual({
      image: asset(1n),
      seed: 'random',
    })
  })
})

describe('drawSeeds', () => {
  it('draws once and keeps what was given', () => {
    const values = { seed: 'random', radius: 3 }
    expect(drawSeeds(inputs, values, () => 0.5)).toEqual({ seed: '4503599627370496', radius: 3 })
    expect(drawSeeds(inputs, { seed: 7 }, () => 0.5)).toEqual({ seed: '7' })
    expect(drawSeeds(inputs, {}, () => 0.5)).toEqual({})
  })
  it('draws safe whole numbers', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), chance => {
        expect(Number.isSafeInteger(Number(drawSeed(() => chance)))).toBe(true)
      }),
    )
  })
})

describe('graphHash', () => {
  const text = (canonical: string) => canonical
  const graphOf = (source: string) => {
    const { graph } = checkGraph(parseExact(source))
    if (graph === undefined) throw new Error('the test graph is broken')
    return graph
  }
  it('does not see key order, spacing, titles or declared inputs', () => {
    const other = graphText
      .replace('"blur_radius": 6, "sigma": 1.0', '"sigma": 1.0, "blur_radius": 9')
      .replace('{"class_type": "SaveImage"', '{"_meta": {"title": "x"}, "class_type": "SaveImage"')
    expect(graphHash(graphOf(other), inputs, text)).toBe(
      graphHash(graphOf(graphText), inputs, text),
    )
  })
  it('sees other values; the structure does not', () => {
    const other = graphText.replace('"sigma": 1.0', '"sigma": 2.0')
    expect(graphHash(graphOf(other), inputs, text)).not.toBe(
      graphHash(graphOf(graphText), inputs, text),
    )
    expect(structureHash(graphOf(other), text)).toBe(structureHash(graphOf(graphText), text))
  })
})
