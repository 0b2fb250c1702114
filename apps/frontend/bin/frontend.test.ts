import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { expect, it } from 'vitest'

const bin = join(import.meta.dirname, 'frontend.ts')

it('serves a folder, logs without queries, and ends on SIGTERM', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'bp-frontend-bin-'))
  writeFileSync(join(dir, 'index.html'), '<meta nonce="__NONCE__">')
  const child = spawn(process.execPath, [bin], {
    env: {
      PORT: '0',
      HOST: '127.0.0.1',
      BP_FRONTEND_DIR: dir,
      BP_COMMIT: 'c0ffee',
      NODE_NO_WARNINGS: '1',
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = once(child, 'exit')
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    const next = async (): Promise<Record<string, unknown>> =>
      JSON.parse(String((await lines.next()).value))
    const port = String((await next())['port'])
    const up = await fetch(`http://127.0.0.1:${port}/up`)
    expect(await up.text()).toBe('ok c0ffee\n')
    expect(await next()).toMatchObject({ method: 'GET', path: '/up', status: 200 })
    await (await fetch(`http://127.0.0.1:${port}/effects?q=secret`)).text()
    const logged = await next()
    expect(logged).toMatchObject({ path: '/effects', status: 200 })
    expect(JSON.stringify(logged)).not.toContain('secret')
    expect((await fetch(`http://127.0.0.1:${port}/api/v1/me`)).status).toBe(404)
    child.kill('SIGTERM')
    expect((await ended)[0]).toBe(0)
  } finally {
    child.kill('SIGKILL')
    rmSync(dir, { recursive: true })
  }
})

it('says how it is set, and what is wrong with a port', async () => {
  const run = async (args: readonly string[], env: Record<string, string>) => {
    const child = spawn(process.execPath, [bin, ...args], {
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (piece: Buffer) => (said += piece.toString()))
    const [code]: unknown[] = await once(child, 'close')
    return { code, said }
  }
  const help = await run(['--help'], {})
  expect(help).toMatchObject({ code: 0 })
  expect(help.said).toContain('BP_MEDIA_ORIGINS')
  const wrong = await run([], { PORT: 'eighty' })
  expect(wrong.code).toBe(2)
  expect(wrong.said).toContain('PORT is eighty')
})
