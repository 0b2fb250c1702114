import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runBp } from '../../test/run-bp.ts'
import { findFolders } from './folders.ts'
import { isOurProcess, isRunning } from './process-identity.ts'
import { readRunFile } from './run-file.ts'

/** A stand-in for the real start file: the same run.json, the same answer to SIGTERM. */
const start = `
import { createServer } from 'node:http'
import { rmSync, writeFileSync } from 'node:fs'
const file = new URL('../.bp/run.json', import.meta.url)
const server = createServer((request, response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(request.url === '/api/up'
    ? { status: 'ok' }
    : { url: 'http://127.0.0.1/#t=' + (request.headers.authorization === 'Bearer s3cret' ? 'right' : 'wrong'), expires_at: '2026-05-01T10:00:00.000Z' }))
})
server.listen(0, '127.0.0.1', () => {
  const url = 'http://127.0.0.1:' + server.address().port
  writeFileSync(file, JSON.stringify({ pid: process.pid, started_at_ms: Date.now(), url, files_url: url,
    control_secret: 's3cret', data: '.bp', engine_url: url }))
})
process.on('SIGTERM', () => { rmSync(file, { force: true }); process.exit(0) })
`

let folder = ''
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bp-cli-'))
  await mkdir(join(folder, 'tools'))
})
afterEach(async () => {
  await runBp(folder, ['down'])
  await rm(folder, { recursive: true })
})
const writeStart = (text: string) => writeFile(join(folder, 'tools', 'start.ts'), text)

describe('up and down', () => {
  it('start once, print a link, stop, and are content when there is nothing to do', async () => {
    await writeStart(start)
    const first = await runBp(folder, ['up'])
    expect(first).toMatchObject({ code: 0, out: 'http://127.0.0.1/#t=right\n' })
    const run = await readRunFile(join(folder, '.bp'))
    expect((await stat(join(folder, '.bp', 'start.log'))).mode & 0o077).toBe(0)

    const second = await runBp(folder, ['up'])
    expect(second).toMatchObject({ code: 0, err: 'bp runs already.\n' })
    expect((await readRunFile(join(folder, '.bp')))?.pid).toBe(run?.pid)

    expect(await runBp(folder, ['down'])).toMatchObject({ code: 0, out: 'bp has stopped.\n' })
    expect(await isRunning(run?.pid ?? 0)).toBe(false)
    expect(await runBp(folder, ['down'])).toMatchObject({ code: 0, out: 'bp is not running.\n' })
  })

  it('say why it did not start, with the last lines of its log', async () => {
    await writeStart('console.error("Port 7180 is taken by process 12."); process.exit(1)')
    const { code, err } = await runBp(folder, ['up'])
    expect(code).toBe(1)
    expect(err).toContain('error: bp did not start.')
    expect(err).toContain('Port 7180 is taken by process 12.')
    expect(err).toContain('start.log')
  })

  it('touch no other process that got the number of a dead one', async () => {
    await writeStart(start)
    const stranger = spawn(process.execPath, ['-e', 'setInterval(() => 0, 60000)'])
    const pid = stranger.pid ?? 0
    await mkdir(join(folder, '.bp'))
    await writeFile(
      join(folder, '.bp', 'run.json'),
      JSON.stringify({
        pid,
        started_at_ms: 1,
        url: 'http://127.0.0.1:1',
        files_url: '',
        control_secret: '',
        data: '',
        engine_url: '',
      }),
    )
    expect(await isOurProcess(pid)).toBe(false)
    expect(await runBp(folder, ['down'])).toMatchObject({ code: 0, out: 'bp is not running.\n' })
    expect(await isRunning(pid)).toBe(true)
    const ended = new Promise(resolve => stranger.once('exit', resolve))
    stranger.kill('SIGKILL')
    await ended
    expect(await isRunning(pid)).toBe(false)
  })

  it('take a run.json that is not whole for none', async () => {
    await writeStart(start)
    await mkdir(join(folder, '.bp'))
    await writeFile(join(folder, '.bp', 'run.json'), '{"pid": 1')
    expect((await runBp(folder, ['status'])).code).toBe(1)
  })
})

describe('folders', () => {
  it('are found upwards, and BP_DATA is relative to the project', async () => {
    await writeStart(start)
    const deep = join(folder, 'a', 'b')
    expect(findFolders(deep, undefined)).toEqual({
      current: deep,
      root: folder,
      data: join(folder, '.bp'),
    })
    expect(findFolders(deep, 'other').data).toBe(join(folder, 'other'))
    expect(findFolders(deep, '/elsewhere').data).toBe('/elsewhere')
  })
  it('are those of this very clone when called from outside', async () => {
    const { root } = findFolders('/', undefined)
    expect(await readFile(join(root, 'package.json'), 'utf8')).toContain('"name": "bp"')
  })
})
