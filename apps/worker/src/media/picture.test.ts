import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { loadPictureTool } from './picture.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bp-picture-'))
})
afterAll(() => rm(folder, { recursive: true, force: true }))
const write = async (name: string, bytes: Uint8Array | string): Promise<string> => {
  const path = join(folder, name)
  await writeFile(path, bytes)
  return path
}

describe('looking into pictures', () => {
  it('makes no thumbnail wider than the picture but the smallest', async () => {
    const tool = await loadPictureTool()
    const plain = { width: 400, height: 100, channels: 3, background: '#123456' } as const
    const path = await write('wide.jpg', await sharp({ create: plain }).jpeg().toBuffer())
    const facts = await tool.facts(path)
    expect(facts).toEqual({ width: 400, height: 100, durationMs: null, fps: null })
    const made = await tool.thumbnails(path, facts)
    const sizes = await Promise.all(made.map(async ({ bytes }) => sharp(bytes).metadata()))
    expect(sizes.map(({ width, height, format }) => [width, height, format])).toEqual([
      [400, 100, 'webp'],
      [256, 64, 'webp'],
    ])
  })

  it('opens no drawing: SVG is a program', async () => {
    const tool = await loadPictureTool()
    const svg =
      '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><rect width="9" height="9"/></svg>'
    await expect(tool.facts(await write('drawing.png', svg))).rejects.toThrow('unsupported')
  })

  it('refuses what breaks off in the middle', async () => {
    const tool = await loadPictureTool()
    const noise = { width: 64, height: 64, channels: 3, background: '#fff' } as const
    const whole = await sharp({ create: noise }).jpeg().toBuffer()
    const path = await write('cut.jpg', whole.subarray(0, whole.length / 2))
    const facts = { width: 64, height: 64, durationMs: null, fps: null }
    await expect(tool.thumbnails(path, facts)).rejects.toThrow(/jpeg|JPEG|Vips/)
  })
})
