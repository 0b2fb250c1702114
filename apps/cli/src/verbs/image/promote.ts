import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { Refusal, wrongUsage } from '../../refusal.ts'
import type { Run } from '../../verb.ts'

const services = ['backend', 'frontend']

/**
 * Brings an image that was pushed by hand into service, by the very script of the Deploy workflow: pointer, rollout,
 * `/api/up`, quiet alarms, and back to the image before on any fault. Every wait has its bound in that script.
 */
export const run: Run = async function* ({ args: [service = '', tag = ''] }, { folders, signal }) {
  if (!services.includes(service))
    throw wrongUsage(`"${service}" is no service; it is one of ${services.join(', ')}.`)
  const script = join(folders.root, 'infrastructure/scripts/release-service.ts')
  if (!existsSync(script))
    throw new Refusal('no_clone', 'notFound', 'This needs a clone of bp.', {
      reason: `There is no ${script}.`,
    })
  const child = spawn(process.execPath, [script, '--services', service, '--tag', tag, '--json'], {
    cwd: folders.root,
    stdio: ['ignore', 'pipe', 'pipe'],
    signal,
  })
  let out = ''
  child.stdout.on('data', (piece: Buffer) => (out += piece.toString()))
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  // Waited for below; until then a refusal must not count as one that nobody heard.
  ended.catch(() => undefined)
  for await (const line of createInterface({ input: child.stderr }))
    yield { say: 'note', code: 'release', text: line }
  const code = await ended
  const told: unknown = JSON.parse(out.trim().split('\n').at(-1) || '{}')
  if (code !== 0) {
    const fault = readFault(told)
    throw new Refusal(fault.code, code === 2 ? 'usage' : 'failure', fault.message, {
      next: fault.remedy,
    })
  }
  return { data: told, view: { kind: 'lines', lines: [`${service} runs ${tag}.`] } }
}

function readFault(told: unknown) {
  const texts =
    typeof told === 'object' && told !== null ? new Map(Object.entries(told)) : new Map()
  const text = (name: string, fallback: string): string => {
    const value: unknown = texts.get(name)
    return typeof value === 'string' ? value : fallback
  }
  return {
    code: text('code', 'release_failed'),
    message: text('message', 'The image was not brought into service.'),
    remedy: text('remedy', 'Run it again.'),
  }
}
