import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { startSystem } from '@bp/testkit/system'

const root = resolve(import.meta.dirname, '../..')

function bp(
  dataFolder: string,
  ...words: string[]
): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [join(root, 'apps/cli/bin/bp.ts'), ...words], {
    cwd: root,
    timeout: 90_000,
    env: { PATH: process.env['PATH'], BP_DATA: dataFolder, BP_PORT: '0', BP_NO_OPEN: '1' },
  })
  let out = ''
  let err = ''
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()))
  return new Promise(done => child.once('close', code => done({ code, out, err })))
}

describe('bp beside a running npm start', () => {
  it('runs an effect with no login and saves the picture', async () => {
    await using system = await startSystem()
    const folder = mkdtempSync(join(tmpdir(), 'bp-out-'))
    const photo = join(root, 'effects/pixel-art/sample.webp')
    const done = await bp(
      system.dataFolder,
      'run',
      'pixel-art',
      '-i',
      `image=@${photo}`,
      '-i',
      'pixels=64',
      '-o',
      folder,
    )
    expect(done.code, done.err).toBe(0)
    expect(readdirSync(folder)).toHaveLength(1)
    expect(existsSync(done.out.trim())).toBe(true)
    rmSync(folder, { recursive: true, force: true })

    const listed = await bp(system.dataFolder, 'job', 'ls', '--json')
    const answer: { ok: boolean; data: { jobs?: unknown[] } } = JSON.parse(listed.out)
    expect(answer.ok).toBe(true)
    const healthy = await bp(system.dataFolder, 'doctor')
    expect(healthy.code, healthy.out).toBe(0)
  })

  it('names the input that does not fit, and what does', async () => {
    await using system = await startSystem()
    const photo = join(root, 'effects/pixel-art/sample.webp')
    const refused = await bp(
      system.dataFolder,
      'run',
      'pixel-art',
      '-i',
      `image=@${photo}`,
      '-i',
      'pixels=-3',
    )
    expect(refused.code).not.toBe(0)
    expect(refused.err).toContain('pixels')
    const unknown = await bp(system.dataFolder, 'run', 'pixle-art', '-i', `image=@${photo}`)
    expect(unknown.code).toBe(3)
    expect(unknown.err).toContain('pixel-art')
  })

  it('starts the system in the background, opens it, and stops it', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'bp-up-'))
    try {
      const up = await bp(dataFolder, 'up', '--no-browser')
      expect(up.code, up.err).toBe(0)
      expect(up.out).toMatch(/\/start#/)
      const open = await bp(dataFolder, 'open', '--no-browser')
      expect(open.out).toMatch(/\/start#/)
      expect(open.out).not.toBe(up.out)
      expect((await bp(dataFolder, 'status')).code).toBe(0)
    } finally {
      expect((await bp(dataFolder, 'down')).code).toBe(0)
      rmSync(dataFolder, { recursive: true, force: true, maxRetries: 5 })
    }
    expect((await bp(dataFolder, 'status')).code).not.toBe(0)
  })
})
