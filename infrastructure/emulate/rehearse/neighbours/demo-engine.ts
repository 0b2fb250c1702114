import { join } from 'node:path'
import { repositoryRoot } from '../places.ts'
import type { Kept, Programs } from '../programs.ts'
import { until } from '../until.ts'

export interface Engine {
  readonly url: string
  readonly folder: string
  readonly process: Kept
}

/** Starts the demo engine, which is on a machine what ComfyUI is there. */
export async function startEngine(
  programs: Programs,
  folder: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Engine> {
  const entry = join(repositoryRoot, 'apps/demo-engine/bin/demo-engine.ts')
  let url: string | undefined
  const engine = programs.keep(
    'engine',
    {
      program: process.execPath,
      args: [entry, '--port', '0', '--base-directory', folder],
      env,
      cwd: repositoryRoot,
    },
    { onLine: line => (url ??= /"url":"([^"]+)"/.exec(line)?.[1]) },
  )
  const found = await until(
    'the engine to listen',
    async () => {
      if (engine.hasEnded()) throw new Error(`the engine has ended, see ${engine.logFile}`)
      return url
    },
    { signal, everyMs: 50 },
  )
  return { url: found, folder, process: engine }
}
