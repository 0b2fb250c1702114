import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const program = new URL('../bin/backend.ts', import.meta.url).pathname

describe('the program', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'bp-process-'))
  })
  afterAll(() => rm(folder, { recursive: true, force: true }))
  const start = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => {
    const child = spawn(process.execPath, [program, ...args], {
      env: { BP_DATA: join(folder, 'data'), BP_PORT: '0', BP_LOG_LEVEL: 'warn', ...env },
    })
    let printed = ''
    for (const output of [child.stdout, child.stderr])
      output.setEncoding('utf8').on('data', (text: string) => (printed += text))
    const ended = new Promise<number | null>(resolve => child.once('exit', resolve))
    return { child, ended, printed: () => printed }
  }

  it('explains itself', async () => {
    const { ended, printed } = start(['--help'])
    expect(await ended).toBe(0)
    expect(printed()).toMatch(/migrate[^]*BP_DATABASE_URL/)
  })

  it('refuses a wrong configuration with 2 and all faults', async () => {
    const { ended, printed } = start([], { BP_FILES_PORT: 'x', BP_LOG_LEVEL: 'loud' })
    expect(await ended).toBe(2)
    expect(printed()).toMatch(/BP_FILES_PORT[^]*BP_LOG_LEVEL|BP_LOG_LEVEL[^]*BP_FILES_PORT/)
  })

  it('migrates, and has nothing to do the second time', async () => {
    const first = start(['migrate'])
    expect(await first.ended).toBe(0)
    expect(first.printed()).toContain('Applied:')
    const second = start(['migrate'])
    expect(await second.ended).toBe(0)
    expect(second.printed()).toContain('Nothing to do.')
  })

  it('serves until SIGTERM, then ends with 0', async () => {
    const { child, ended, printed } = start([])
    await expect.poll(printed, { timeout: 15_000 }).toContain('listens on')
    child.kill('SIGTERM')
    expect(await ended).toBe(0)
  })
})
