import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'

const entry = resolve(import.meta.dirname, '../../apps/demo-engine/bin/demo-engine.ts')

/** An engine of the test's own, as somebody's ComfyUI would be: bp finds it by its address alone. */
export async function startEngine(
  port: number,
  more: readonly string[] = [],
): Promise<{ url: string; kill(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'bp-engine-'))
  const child = spawn(
    process.execPath,
    [entry, '--port', String(port), '--base-directory', folder, ...more],
    { stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: process.env['PATH'] } },
  )
  const gone = new Promise<void>(done => child.once('exit', () => done()))
  for await (const line of createInterface({ input: child.stdout })) {
    const said: unknown = JSON.parse(line)
    if (typeof said !== 'object' || said === null || !('url' in said)) continue
    return {
      url: String(said.url),
      kill: async () => {
        child.kill('SIGKILL')
        await gone
        rmSync(folder, { recursive: true, force: true })
      },
    }
  }
  throw new Error('the engine ended before it listened')
}
