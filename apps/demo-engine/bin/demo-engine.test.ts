import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'

const bin = path.join(import.meta.dirname, 'demo-engine.ts')

it('prints one line when it listens and ends cleanly on SIGTERM', async () => {
  const base = await mkdtemp(path.join(tmpdir(), 'bp-engine-'))
  const child = spawn(process.execPath, [bin, '--port', '0', '--base-directory', base], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const exited = new Promise<number | null>(resolve => child.once('exit', code => resolve(code)))
  try {
    const lines: string[] = []
    const first = await new Promise<string>(resolve => {
      createInterface({ input: child.stdout }).on('line', line => {
        lines.push(line)
        resolve(line)
      })
    })
    const { event, url, pid }: { event: string; url: string; pid: number } = JSON.parse(first)
    expect([event, pid]).toEqual(['listening', child.pid])
    expect((await fetch(`${url}/system_stats`)).status).toBe(200)
    child.kill('SIGTERM')
    expect(await exited).toBe(0)
    expect(lines).toHaveLength(1)
  } finally {
    child.kill('SIGKILL')
    await rm(base, { recursive: true, force: true })
  }
})

it('says what it needs when the base directory is missing', async () => {
  const child = spawn(process.execPath, [bin], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env['PATH'] },
  })
  const text = await new Promise<string>(resolve =>
    child.stderr.once('data', chunk => resolve(String(chunk))),
  )
  expect(text).toContain('a base directory is needed')
  expect(await new Promise(resolve => child.once('exit', resolve))).toBe(2)
})
