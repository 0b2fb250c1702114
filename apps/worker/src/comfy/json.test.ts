import { describe, expect, it } from 'vitest'
import { parseJson } from './json.ts'
import { progressMeter } from './progress.ts'
import { binaryEvent } from './socket.ts'

describe('what an engine says', () => {
  it('may hold numbers that only Python knows', () => {
    expect(parseJson('{"is_changed": [NaN, -Infinity], "text": "NaN, [NaN]"}')).toEqual({
      is_changed: [null, null],
      text: 'NaN, [NaN]',
    })
    expect(parseJson('500 Internal Server Error')).toBeUndefined()
  })

  it('may be a picture, told by its binary head', () => {
    const frame = Buffer.from([0, 0, 0, 1, 0, 0, 0, 2, 9, 9])
    expect(binaryEvent(frame)).toEqual({
      kind: 'picture',
      format: 'png',
      bytes: Buffer.from([9, 9]),
    })
    expect(binaryEvent(Buffer.from([0, 0, 0, 3, 0, 0, 0, 0, 65]))).toBeUndefined()
    expect(binaryEvent(Buffer.from([0]))).toBeUndefined()
  })
})

describe('progress', () => {
  const nodes = new Map([
    ['1', 'LoadImage'],
    ['2', 'KSampler'],
    ['9', 'SaveImage'],
    ['10', 'PreviewImage'],
  ])

  it('counts nodes alike, with the steps of the one that runs', () => {
    const meter = progressMeter(nodes)
    meter.hear('execution_cached', { nodes: ['1', 'elsewhere'] })
    expect(meter.now()).toMatchObject({ value: 0.25, nodes_done: 1, nodes_total: 4 })
    meter.hear('executing', { node: '2' })
    meter.hear('progress', { node: '2', value: 10, max: 20 })
    expect(meter.now()).toMatchObject({
      value: 0.375,
      current_node_class: 'KSampler',
      step: 10,
      steps: 20,
    })
    meter.hear('progress_state', {
      nodes: { '2': { state: 'finished' }, '9': { state: 'running', value: 0, max: 1 } },
    })
    expect(meter.now()).toMatchObject({ value: 0.5, current_node: '9' })
    meter.hear('executing', { node: null })
    expect(meter.now()).toMatchObject({ nodes_done: 3, current_node: null })
  })

  it('never leaves 0 … 1, whatever is said', () => {
    const meter = progressMeter(new Map())
    meter.hear('progress', { node: '5', value: 900, max: 3 })
    expect(meter.now().value).toBeLessThanOrEqual(1)
    expect(progressMeter(nodes).now().value).toBe(0)
  })
})
