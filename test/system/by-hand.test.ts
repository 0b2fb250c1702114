import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import sharp from 'sharp'
import { describe, expect, it } from 'vitest'
import { startSystem } from '@bp/testkit/system'
import { absence } from '../../tools/neighbours.ts'

const root = resolve(import.meta.dirname, '../..')

/** The shell block of docs/by-hand.md, word for word but for the address and the picture's folder. */
function scriptFor(url: string): string {
  const page = readFileSync(join(root, 'docs/by-hand.md'), 'utf8')
  const block = /```bash\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
  return block
    .replace('http://127.0.0.1:7180', url)
    .replace('photo=effects', `photo=${root}/effects`)
}

function bash(script: string, cwd: string): Promise<{ code: number | null; said: string }> {
  const child = spawn('bash', ['-euo', 'pipefail', '-c', script], { cwd, timeout: 60_000 })
  let said = ''
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()))
  return new Promise(done => child.once('close', code => done({ code, said })))
}

describe('docs/by-hand.md', () => {
  it('makes a picture with curl alone, the first time and with a file that is already there', async context => {
    const missing = absence('jq')
    if (missing !== undefined) context.skip(missing)
    await using system = await startSystem()
    const folder = mkdtempSync(join(tmpdir(), 'bp-hand-'))
    for (let round = 0; round < 2; round++) {
      const { code, said } = await bash(scriptFor(system.url), folder)
      expect(code, said).toBe(0)
      const picture = await sharp(join(folder, 'picture.png')).metadata()
      expect(picture.format).toBe('png')
      expect(picture.width).toBeGreaterThan(500)
    }
    rmSync(folder, { recursive: true, force: true })
  })
})
