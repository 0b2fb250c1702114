import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RunFile } from '../instance/run-file.ts'
import { checkDataFolder, checkDisk } from './data-folder.ts'
import { checkDatabase } from './database.ts'
import { checkEngine } from './engine.ts'
import { checkNode } from './node.ts'
import { checkPorts } from './ports.ts'
import { checkRunning } from './running.ts'

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bp-checks-'))
})
afterEach(async () => {
  await rm(folder, { recursive: true })
})
const instance: RunFile = {
  pid: 1,
  started_at_ms: 1,
  url: 'http://127.0.0.1:1',
  files_url: 'http://127.0.0.1:2',
  control_secret: '',
  data: '',
  engine_url: 'http://127.0.0.1:1',
}
const { signal } = new AbortController()

describe('every check can fail', () => {
  it('node', () => {
    expect(checkNode({ nodeVersion: 'v24.1.0' }).status).toBe('PASS')
    expect(checkNode({ nodeVersion: 'v22.9.0' })).toMatchObject({
      status: 'FAIL',
      fix: expect.stringContaining('npm install'),
    })
  })

  it('ports', async () => {
    const server = createServer()
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const { port } = server.address() as AddressInfo
    const ports = { front: port, files: port }
    const findings = await checkPorts({ ports, instance: undefined })
    expect(findings.map(({ status }) => status)).toEqual(['FAIL', 'FAIL'])
    expect(findings[0]?.text).toContain('another program has it')
    expect(findings[1]?.fix).toContain('BP_FILES_PORT=')
    await new Promise(resolve => server.close(resolve))
    const free = await checkPorts({ ports: { front: port, files: 0 }, instance: undefined })
    expect(free.map(({ status }) => status)).toEqual(['PASS', 'PASS'])
    expect((await checkPorts({ ports, instance })).map(({ status }) => status)).toEqual(['PASS'])
  })

  it.each([
    [0.5, 'FAIL'],
    [3, 'WARN'],
    [50, 'PASS'],
  ])('disk with %d GiB: %s', async (gib, status) => {
    const finding = await checkDisk({ dataFolder: folder }, async () => gib * 1024 ** 3)
    expect(finding.status).toBe(status)
  })

  it('data folder', async () => {
    expect((await checkDataFolder({ dataFolder: folder })).status).toBe('PASS')
    expect((await checkDataFolder({ dataFolder: join(folder, 'a', 'b') })).text).toContain(
      'will be made',
    )
    await writeFile(join(folder, 'file'), '')
    expect((await checkDataFolder({ dataFolder: join(folder, 'file') })).status).toBe('FAIL')
  })

  it('data folder without the right to write', async () => {
    const finding = await checkDataFolder({ dataFolder: folder }, async () => false)
    expect(finding).toMatchObject({ status: 'FAIL', fix: expect.stringContaining('BP_DATA=') })
  })

  it('database', async () => {
    expect((await checkDatabase({ dataFolder: folder })).status).toBe('SKIP')
    await writeFile(join(folder, 'bp.sqlite'), 'SQLite format 3\0 and more')
    expect((await checkDatabase({ dataFolder: folder })).status).toBe('PASS')
    await writeFile(join(folder, 'bp.sqlite'), 'this is a text and no database')
    expect((await checkDatabase({ dataFolder: folder })).status).toBe('FAIL')
    await rm(join(folder, 'bp.sqlite'))
    await mkdir(join(folder, 'bp.sqlite'))
    await expect(checkDatabase({ dataFolder: folder })).resolves.toMatchObject({ status: 'FAIL' })
  })

  it('engine', async () => {
    expect((await checkEngine({ instance: undefined, engineUrl: undefined, signal })).status).toBe(
      'SKIP',
    )
    expect((await checkEngine({ instance, engineUrl: undefined, signal })).status).toBe('FAIL')
    const named = await checkEngine({
      instance: undefined,
      engineUrl: 'http://127.0.0.1:1',
      signal,
    })
    expect(named).toMatchObject({ status: 'FAIL', fix: expect.stringContaining('COMFYUI_URL') })
    expect((await checkEngine({ instance: undefined, engineUrl: 'nonsense', signal })).status).toBe(
      'FAIL',
    )
  })

  it('running', () => {
    expect(checkRunning({ instance: undefined, parts: undefined })[0]?.status).toBe('SKIP')
    expect(checkRunning({ instance, parts: undefined })[0]?.status).toBe('FAIL')
    const parts = (['ok', 'warn', 'fail'] as const).map(status => ({ name: 'p', status, text: '' }))
    const statuses = checkRunning({ instance, parts }).map(({ status }) => status)
    expect(statuses).toEqual(['PASS', 'PASS', 'WARN', 'FAIL'])
  })
})
