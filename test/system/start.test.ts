import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { startSystem } from '@bp/testkit/system'
import { ended, programOn, signIn, submitOnePicture } from './people.ts'

const entry = resolve(import.meta.dirname, '../../tools/start.ts')

/** A start that must be refused: its exit code and what it said. */
function refusedStart(env: Readonly<Record<string, string>>): {
  code: number | null
  said: string
} {
  const done = spawnSync(process.execPath, [entry], {
    encoding: 'utf8',
    timeout: 30_000,
    env: { PATH: process.env['PATH'], BP_PORT: '0', BP_NO_OPEN: '1', ...env },
  })
  return { code: done.status, said: done.stderr }
}

describe('npm start', () => {
  it('makes a picture, keeps it over a restart, and stops cleanly', async () => {
    const dataFolder = mkdtempSync(join(tmpdir(), 'bp-data-'))
    try {
      await using first = await startSystem({ dataFolder })
      const client = programOn(first)
      const job = await ended(client, (await submitOnePicture(client)).id)
      expect(job.status).toBe('succeeded')
      expect(job.attempts).toHaveLength(1)

      const [output] = job.outputs
      const bytes = new Uint8Array(await (await fetch(output?.asset.url ?? '')).arrayBuffer())
      const picture = await sharp(bytes).metadata()
      expect([picture.width, picture.height]).toEqual([output?.asset.width, output?.asset.height])
      expect(new URL(output?.asset.url ?? '').origin).toBe(first.filesUrl)
      expect(await first.stop()).toBe(0)

      await using second = await startSystem({ dataFolder })
      const kept = await programOn(second).jobs.show({ params: { id: job.id } })
      expect(kept.status).toBe('succeeded')
      const again = await fetch(kept.outputs[0]?.asset.url ?? '')
      expect(new Uint8Array(await again.arrayBuffer())).toEqual(bytes)
    } finally {
      rmSync(dataFolder, { recursive: true, force: true })
    }
  })

  it('signs the owner in once by its link, and never twice', async () => {
    await using system = await startSystem()
    const cookie = await signIn(system)
    const me = await programOn(system).users.me({ headers: { cookie } })
    expect(me.user).toMatchObject({ role: 'admin', via: 'session' })
    await expect(signIn(system)).rejects.toThrow('link_invalid')
  })

  it('refuses a second start on the same data folder, and says who has it', async () => {
    await using system = await startSystem()
    const second = refusedStart({ BP_DATA: system.dataFolder })
    expect(second.code).toBe(1)
    expect(second.said).toContain(`bp already runs on ${system.dataFolder} (process ${system.pid}`)
    expect(second.said).toContain('BP_DATA=')
  })

  it('says which process has the port and how to choose another', async () => {
    const other = createServer()
    await new Promise<void>(done => other.listen(0, '127.0.0.1', done))
    const address = other.address()
    const port = typeof address === 'object' && address ? address.port : 0
    const dataFolder = mkdtempSync(join(tmpdir(), 'bp-data-'))
    const refused = refusedStart({ BP_DATA: dataFolder, BP_PORT: String(port) })
    other.close()
    rmSync(dataFolder, { recursive: true, force: true })
    expect(refused.code).toBe(1)
    expect(refused.said).toContain(`Port ${port} is taken by process ${process.pid}`)
    expect(refused.said).toContain('BP_PORT=')
  })

  it('says that the data folder cannot be written', () => {
    const file = join(mkdtempSync(join(tmpdir(), 'bp-data-')), 'a-file')
    writeFileSync(file, '')
    const refused = refusedStart({ BP_DATA: join(file, 'data') })
    expect(refused.code).toBe(1)
    expect(refused.said).toContain('cannot be written')
    expect(refused.said).toContain('BP_DATA=')
  })

  it('names every wrong setting at once', () => {
    const refused = refusedStart({ BP_PORT: 'http', COMFYUI_URL: 'my machine' })
    expect(refused.said).toContain('BP_PORT=http')
    expect(refused.said).toContain('COMFYUI_URL=my machine')
  })
})
