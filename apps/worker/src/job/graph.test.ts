import { describe, expect, it } from 'vitest'
import { negative, plainPicture } from '../testing/graphs.ts'
import { ancestors, ownPrefixes, placeAssets, readGraph, toPosted } from './graph.ts'

describe('a graph before it is posted', () => {
  it('gets file names by structure, at any depth, never by text', () => {
    const nodes = readGraph({
      ...negative('photo'),
      '3': {
        class_type: 'Odd',
        inputs: {
          list: [{ deep: { __bp_asset__: 'photo' } }],
          words: '{"__bp_asset__":"photo"}',
          more: { __bp_asset__: 'photo', and: 1 },
        },
      },
    })
    const placed = placeAssets(nodes, new Map([['photo', 'bp/job-1/a.png']]))
    expect(placed.get('1')?.inputs).toEqual({ image: 'bp/job-1/a.png' })
    expect(placed.get('3')?.inputs).toEqual({
      list: [{ deep: 'bp/job-1/a.png' }],
      words: '{"__bp_asset__":"photo"}',
      more: { __bp_asset__: 'photo', and: 1 },
    })
  })

  it('saves below a folder of its attempt, whatever its prefixes were', () => {
    const save = (prefix: unknown) => ({
      class_type: 'SaveImage',
      inputs: { filename_prefix: prefix },
    })
    const { nodes, changed } = ownPrefixes(
      readGraph({
        a: save('video/x'),
        b: save('../../up'),
        c: save(['1', 0]),
        d: save('/abs'),
        e: { class_type: 'Other', inputs: {} },
      }),
      'bp/job-1',
    )
    const prefix = (id: string) => nodes.get(id)?.inputs['filename_prefix']
    expect([prefix('a'), prefix('b'), prefix('c'), prefix('d')]).toEqual([
      'bp/job-1/video/x',
      'bp/job-1/node-b',
      'bp/job-1/node-c',
      'bp/job-1/node-d',
    ])
    expect([...changed]).toEqual(['a', 'b', 'c', 'd'])
  })

  it('keeps everything else of a node', () => {
    const graph = { '1': { class_type: 'A', inputs: { x: 1 }, _meta: { title: 'mine' } } }
    expect(toPosted(graph, readGraph(graph))).toEqual(graph)
  })

  it('is refused without nodes, and with one that would end the engine’s worker thread', () => {
    expect(() => readGraph({})).toThrow('no nodes')
    expect(() => readGraph({ '1': { class_type: 'A' } })).toThrow('no inputs')
    expect(() => readGraph({ '1': { inputs: {} } })).toThrow('no class_type')
    expect(() => readGraph({ '1': 'text' })).toThrow('Node 1')
  })

  it('knows what stands above a node, and bears a cycle', () => {
    expect([...ancestors(readGraph(plainPicture()), '9')]).toEqual(['1'])
    const cycle = readGraph({
      a: { class_type: 'A', inputs: { x: ['b', 0] } },
      b: { class_type: 'B', inputs: { x: ['a', 0] } },
    })
    expect([...ancestors(cycle, 'a')]).toEqual(['b'])
  })
})
