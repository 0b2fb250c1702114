import { describe, expect, it } from 'vitest'
import { readOutputs } from './outputs.ts'

const file = (filename: string, type = 'output', subfolder = '') => ({ filename, subfolder, type })
const names = (outputs: Record<string, unknown>) =>
  readOutputs(outputs).map(output => (output.what === 'file' ? output.ref.filename : output.text))

describe('reading what a run made', () => {
  it('finds files under any key, as a list or alone', () => {
    const keys = [
      'images',
      'gifs',
      'video',
      'videos',
      'audio',
      '3d',
      'files',
      'latents',
      'anything',
    ]
    const outputs = Object.fromEntries(
      keys.map((key, n) => [`${n}`, { [key]: [file(`${key}.bin`)] }]),
    )
    expect(names({ ...outputs, '20': { audio: file('alone.flac') } })).toEqual([
      ...keys.map(key => `${key}.bin`),
      'alone.flac',
    ])
  })

  it('takes bare mesh names and texts, but no other words', () => {
    const outputs = {
      '1': { result: ['mesh/ghost.glb', { position: {} }, null] },
      '2': { text: ['hello', ['nested']], animated: [true], status: ['fine'] },
    }
    expect(readOutputs(outputs)).toEqual([
      { nodeId: '1', what: 'file', ref: file('ghost.glb', 'output', 'mesh') },
      { nodeId: '2', what: 'text', text: 'hello' },
      { nodeId: '2', what: 'text', text: 'nested' },
    ])
  })

  it('never climbs out of the output folder by a bare name', () => {
    expect(readOutputs({ '1': { result: ['../../etc/secret.glb'] } })).toEqual([])
  })

  it('names each file once, and none of the input folder', () => {
    const image = file('a.png')
    expect(
      names({ '1': { images: [image, image] }, '2': { images: [image, file('b.png', 'input')] } }),
    ).toEqual(['a.png'])
  })

  it('counts previews only when there is nothing else', () => {
    const preview = { '1': { images: [file('p.png', 'temp')] } }
    expect(names(preview)).toEqual(['p.png'])
    expect(names({ ...preview, '2': { images: [file('a.png')] } })).toEqual(['a.png'])
  })

  it('bears what is no output at all', () => {
    expect(
      readOutputs({ '1': null, '2': { images: null }, '3': { images: [null, 7, {}] } }),
    ).toEqual([])
  })
})
